"""Receipts: what each run did and how it ended, without any secret."""

from __future__ import annotations

import json
import secrets as randomness
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.atomic import replace_file, sweep_matching, try_replace
from kmconfig.targets.secret_changes import Written, secret_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kmconfig.secrets.masker import Masker
    from kmconfig.targets.interface import Candidate, Operation


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
    settings which one it was.
    """

    run: str
    environment: str
    target: str
    plan_digest: str
    commit: str | None
    started: datetime
    result: str = "unknown"
    application_verified: bool = False
    operations: tuple[Operation, ...] = ()
    keys: tuple[str, ...] = ()
    secrets: tuple[SecretRecord, ...] = ()
    approvals: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)
    test: dict[str, Any] | None = None
    diagnosis: dict[str, Any] | None = None
    message: str = ""
    exit_code: int = 0

    def document(self) -> dict[str, Any]:
        """The receipt object of contract, section 5."""
        return {
            "run": self.run,
            "environment": self.environment,
            "target": self.target,
            "plan_digest": self.plan_digest,
            "commit": self.commit,
            "started": self.started.isoformat(timespec="seconds"),
            "result": self.result,
            "application_verified": self.application_verified,
            "operations": [operation.document(now=self.started) for operation in self.operations],
            "keys": list(self.keys),
            "secrets": [asdict(record) for record in self.secrets],
            "approvals": list(self.approvals),
            "steps": [asdict(step) for step in self.steps],
            "test": self.test,
            "diagnosis": self.diagnosis,
            "message": self.message,
        }


def new_run(now: datetime) -> str:
    """An id that sorts by time and is unique."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{randomness.token_hex(3)}"


class Receipts:
    """The receipts of one environment in the state folder; folders that are created get mode 0700."""

    def __init__(self, state: Path, environment: str) -> None:
        self._state = state
        self._folder = state / "receipts" / environment

    def save(self, receipt: Receipt, *, masker: Masker) -> Path:
        """Write a receipt, without what ``masker`` knows, and say where. Raises OSError."""
        self._ensure()
        path = self._folder / f"{receipt.run}.json"
        document = (
            json.dumps(masker.mask_document({"version": 1, **receipt.document()}), indent=2, ensure_ascii=False) + "\n"
        )
        replace_file(path, document.encode(), mode=0o600)
        return path

    def prepare(self) -> None:
        """Clear away what killed runs left half written, and make sure that a receipt can be saved.

        Only for whoever holds the lock of the target. Raises CouldNotCheck.
        """
        try:
            self._ensure()
            sweep_matching(self._folder, r"[^/]*\.json")
            try_replace(self._folder / "receipt.json")
        except OSError as error:
            raise CouldNotCheck(
                f"no receipt could be written to `{self._folder}`: {error.strerror}",
                help="let this user write there, or name another folder with `state` in kmconfig.yaml",
            ) from None

    def _files(self) -> list[Path]:
        """Receipts, newest first."""
        try:
            return sorted((path for path in self._folder.iterdir() if path.suffix == ".json"), reverse=True)
        except OSError:  # none yet, or none for this user
            return []

    def _ensure(self) -> None:
        for folder in (self._state, self._folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignore = self._state / ".gitignore"
        if not ignore.exists() or not ignore.stat().st_size:
            ignore.write_text("*\n", encoding="utf-8")

    def ended(self, run: str) -> bool:
        """Whether a run has a receipt that says how it ended."""
        return _read(self._folder / f"{run}.json").get("result") in ("applied", "rolled_back")

    def keys_written(self, target: str) -> frozenset[str]:
        """The keys that the last run wrote to a target. Receipts that cannot be read count as none."""
        return frozenset(key for key in _list(self._applied(target), "keys") if isinstance(key, str))

    def secrets_written(self, target: str) -> dict[str, Written]:
        """Which secrets the last run wrote to a target, by setting."""
        found = {}
        for record in _list(self._applied(target), "secrets"):
            if isinstance(record, dict) and isinstance(setting := record.get("setting"), str):
                found[setting] = Written(
                    reference=_text(record, "reference") or "",
                    version=_text(record, "version"),
                    fingerprint=_text(record, "fingerprint"),
                )
        return found

    def _applied(self, target: str) -> dict[str, Any]:
        """The last receipt of a run that succeeded on a target."""
        for path in self._files():
            document = _read(path)
            if document.get("target") == target and document.get("result") == "applied":
                return document
        return {}


def _list(document: dict[str, Any], name: str) -> list[Any]:
    value = document.get(name)
    return value if isinstance(value, list) else []


def _text(record: dict[str, Any], name: str) -> str | None:
    """A text of a record. A version that became a number may have lost digits, and so is no version."""
    value = record.get(name)
    return value if isinstance(value, str) else None


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
