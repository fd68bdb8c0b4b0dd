"""Receipts: what each run did and how it ended, without any secret."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.atomic import replace_file, sweep_matching, try_replace

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.secrets.masker import Masker
    from kmconfig.targets.interface import Operation


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run: its outcome is ok, failed, skipped or restored; ``ms`` are milliseconds."""

    step: str
    outcome: str
    ms: float
    detail: str = ""


@dataclass(slots=True, kw_only=True)
class Receipt:
    """The result of one run.

    ``result`` is applied, unchanged, rolled_back, failed or unknown. ``application_verified`` says whether the
    application itself has shown that it uses the settings. ``test`` holds the ids of the test message, its
    recipients and the server's reply, or the reason why none was sent.
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
            "operations": [asdict(operation) for operation in self.operations],
            "keys": list(self.keys),
            "approvals": list(self.approvals),
            "steps": [asdict(step) for step in self.steps],
            "test": self.test,
            "diagnosis": self.diagnosis,
            "message": self.message,
        }


def new_run(now: datetime) -> str:
    """An id that sorts by time and is unique."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


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
        """The keys that earlier runs wrote to a target. Receipts that cannot be read count as none."""
        for path in self._files():
            document = _read(path)
            if document.get("target") == target and document.get("result") == "applied":
                return frozenset(key for key in document.get("keys", ()) if isinstance(key, str))
        return frozenset()


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
