"""A plan: what apply would change, compared with the live target, and what stands in its way. Cannot write."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kmconfig.deploy.guards import Guard, approval_line, guards_of
from kmconfig.targets.interface import NOTHING_WRITTEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.deploy.inputs import Inputs
    from kmconfig.environment.environment import Environment
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import Comparison, Kept, LiveState, Operation, Reader
    from kmconfig.targets.secret_changes import Written

LIFETIME = {"production": timedelta(hours=4)}
USUAL_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPin:
    """Which secret a plan is about: its setting, its reference, and the store's version and our fingerprint of it.

    Version and fingerprint are None where there is none, and then the plan is not bound to the value.
    """

    setting: str
    reference: str
    version: str | None
    fingerprint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The operations for one environment, the guards they touch, and the state of the target they start from.

    ``commit`` is the git commit of the files, with ``+dirty`` where they differ from it; None outside of git.
    ``limits`` are what the target cannot do. ``origins`` say for each setting where it was written, None for a
    default. ``back_to`` is the run before which a rollback goes back, None for an apply. ``saved_as`` is the digest
    of the saved plan that this one was found to be the same as.
    """

    environment: str
    target: str
    created: datetime
    expires: datetime
    commit: str | None
    inputs: Inputs
    operations: tuple[Operation, ...]
    origins: Mapping[str, str]
    guards: tuple[Guard, ...]
    secrets: tuple[SecretPin, ...]
    notes: tuple[str, ...]
    limits: tuple[str, ...]
    kept: Mapping[str, Kept]
    formerly_ours: frozenset[str]
    live: LiveState
    back_to: str | None = None
    saved_as: str | None = None

    @property
    def base(self) -> str:
        """The state of the target that the plan starts from."""
        return self.live.base

    @property
    def keys(self) -> tuple[str, ...]:
        """The target's keys that are ours afterwards."""
        return tuple(self.kept)

    @property
    def touched(self) -> tuple[str, ...]:
        """The target's keys that are ours before or afterwards."""
        return tuple(dict.fromkeys((*self.kept, *(operation.key for operation in self.operations))))

    @property
    def digest(self) -> str:
        """SHA-256 over everything the plan says, in hexadecimal digits."""
        return self.saved_as or digest_of(self.content())

    def document(self) -> dict[str, Any]:
        """The plan object of contract, section 5."""
        return {**self.content(), "digest": self.digest}

    def content(self) -> dict[str, Any]:
        """The plan object without its digest."""
        return {
            "version": 1,
            "environment": self.environment,
            "target": self.target,
            "created": self.created.isoformat(timespec="seconds"),
            "expires": self.expires.isoformat(timespec="seconds"),
            "commit": self.commit,
            "inputs": asdict(self.inputs),
            "operations": [
                {**operation.document(now=self.created), "origin": self.origins.get(operation.setting)}
                for operation in self.operations
            ],
            "guards": [asdict(guard) for guard in self.guards],
            "approve": approval_line(self.guards),
            "secrets": [asdict(pin) for pin in self.secrets],
            "notes": list(self.notes),
            "limits": list(self.limits),
            "base": self.base,
            "back_to": self.back_to,
        }


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a plan: sorted keys, no blanks (as RFC 8785 orders what we use of JSON)."""
    return hashlib.sha256(canonical(content)).hexdigest()


def canonical(content: dict[str, Any]) -> bytes:
    """A document as the bytes that its digest is made of."""
    import json  # noqa: PLC0415

    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace")


def make_plan(
    goal: Goal,
    environment: Environment,
    reader: Reader,
    *,
    now: datetime,
    commit: str | None,
    inputs: Inputs,
    secrets: tuple[SecretPin, ...] = (),
    notes: tuple[str, ...] = (),
    formerly_ours: frozenset[str] = frozenset(),
    written: Mapping[str, Written] = NOTHING_WRITTEN,
    owner: str | None = None,
    back_to: str | None = None,
) -> Plan:
    """Compare what a target is to say with what it says.

    ``formerly_ours`` are the keys, and ``written`` the secrets, that the last run wrote there. ``notes`` are what
    people should know beside what the comparison tells. ``owner`` is the environment that was applied there last, where
    the target itself does not say it. Raises CouldNotCheck where the target cannot be read.
    """
    comparison: Comparison = reader.compare(goal, formerly_ours=formerly_ours, written=written)
    created = now.astimezone(UTC).replace(microsecond=0)
    return Plan(
        environment=environment.name,
        target=reader.identity,
        created=created,
        expires=created + LIFETIME.get(environment.tier, USUAL_LIFETIME),
        commit=commit,
        inputs=inputs,
        operations=comparison.operations,
        origins=_origins(environment, comparison),
        guards=tuple(guards_of(environment, comparison, owner=comparison.live.owner or owner)),
        secrets=secrets,
        notes=(*comparison.notes, *notes),
        limits=reader.capabilities.limits(),
        kept=comparison.kept,
        formerly_ours=formerly_ours,
        live=comparison.live,
        back_to=back_to,
    )


def _origins(environment: Environment, comparison: Comparison) -> dict[str, str]:
    """Where each setting that changes was written, as ``file:line:column``."""
    found = {}
    for operation in comparison.operations:
        value = environment.get(*operation.setting.split("."))
        if value is not None and value.span is not None:
            found[operation.setting] = str(value.span)
    return found
