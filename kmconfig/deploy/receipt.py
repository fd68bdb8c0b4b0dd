"""A receipt: what a run did and how it ended, without any secret."""

from __future__ import annotations

import secrets as randomness
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kmconfig.targets.secret_changes import secret_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kmconfig.targets.goal import Candidate
    from kmconfig.targets.interface import Kept, Operation

Kind: TypeAlias = Literal["apply", "rollback"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run: its outcome is ok, failed, skipped or restored; ``ms`` are milliseconds."""

    step: str
    outcome: str
    ms: float
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRecord:
    """Which secret a setting had: its reference, the store's version of it and when that was made, as text.

    ``fingerprint`` is None without a key for fingerprints.
    """

    setting: str
    reference: str
    version: str | None
    created: str | None
    fingerprint: str | None


def secret_records(candidate: Candidate) -> Iterator[SecretRecord]:
    """What a receipt of these settings says of their secrets."""
    for setting, ref in secret_settings(candidate).items():
        described = candidate.descriptions.get(ref)
        created = described.created if described is not None else None
        reference, secret, key = str(ref), candidate.secrets.get(ref), candidate.key
        yield SecretRecord(
            setting=setting,
            reference=reference,
            version=described.version if described is not None else None,
            created=created.isoformat(timespec="seconds") if created is not None else None,
            fingerprint=key.of(secret, setting=setting, reference=reference) if key and secret is not None else None,
        )


@dataclass(slots=True, kw_only=True)
class Receipt:
    """The result of one run.

    ``result`` is applied, unchanged, rolled_back, failed or unknown. ``application_verified`` says whether the
    application itself has shown that it uses the settings. ``test`` holds the ids of the test message, its
    recipients and the server's reply, or the reason why none was sent. ``secrets`` says of every secret of the
    settings which one it was, ``kept`` what each key of the target was to hold, and ``settings`` are the effective
    settings, with references for secrets. ``shared`` are the settings that
    come from layers, which a promotion compares, and ``own`` those that the environment's own file sets.
    ``back_to`` is the run before which a rollback went back. ``remarks`` are what an auditor should know, as a lock
    that was taken over or a gate that was left out. ``left`` identifies the state in which the target was left.
    ``previous`` and ``digest`` are the links of the chain that receipts form, known once it is saved.
    """

    run: str
    environment: str
    tier: str
    target: str
    plan_digest: str
    commit: str | None
    started: datetime
    actor: str = ""
    kind: Kind = "apply"
    back_to: str | None = None
    result: str = "unknown"
    application_verified: bool = False
    operations: tuple[Operation, ...] = ()
    kept: Mapping[str, Kept] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    shared: Mapping[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    secrets: tuple[SecretRecord, ...] = ()
    approvals: tuple[str, ...] = ()
    remarks: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    snapshot: str | None = None
    test: dict[str, Any] | None = None
    diagnosis: dict[str, Any] | None = None
    message: str = ""
    left: str | None = None
    previous: str | None = None
    digest: str | None = None
    exit_code: int = 0

    def document(self) -> dict[str, Any]:
        """The receipt object of contract, section 5."""
        return {
            "run": self.run,
            "kind": self.kind,
            "environment": self.environment,
            "tier": self.tier,
            "target": self.target,
            "plan_digest": self.plan_digest,
            "commit": self.commit,
            "started": self.started.isoformat(timespec="seconds"),
            "actor": self.actor,
            "result": self.result,
            "application_verified": self.application_verified,
            "operations": [operation.document(now=self.started) for operation in self.operations],
            "keys": list(self.kept),
            "kept": {key: kept._asdict() for key, kept in self.kept.items()},
            "settings": dict(self.settings),
            "shared": dict(self.shared),
            "own": list(self.own),
            "secrets": [asdict(record) for record in self.secrets],
            "approvals": list(self.approvals),
            "remarks": list(self.remarks),
            "steps": [asdict(step) for step in self.steps],
            "snapshot": self.snapshot,
            "back_to": self.back_to,
            "test": self.test,
            "diagnosis": self.diagnosis,
            "message": self.message,
            "left": self.left,
            "previous": self.previous,
            **({"digest": self.digest} if self.digest is not None else {}),
        }


def result_without_run(environment: str, result: str, message: str) -> dict[str, Any]:
    """What stands in the results of an environment where no run began; ``message`` says why."""
    return {
        "run": "",
        "environment": environment,
        "plan_digest": "",
        "result": result,
        "application_verified": False,
        "steps": [],
        "message": message,
    }


def new_run(now: datetime) -> str:
    """An id that sorts by time, to the microsecond, and is unique."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{now.microsecond:05x}{randomness.token_hex(2)}"
