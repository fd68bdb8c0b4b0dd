"""The receipts of an environment, each bound to the one before it.

A receipt names the digest of its predecessor, and a file beside them names the last one. So a receipt that was
changed, put in between or taken away shows, unless somebody writes all that follow anew.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kmconfig.deploy.plan import digest_of
from kmconfig.errors import CouldNotCheck
from kmconfig.targets.atomic import replace_file, sweep_matching, try_replace
from kmconfig.targets.secret_changes import Written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kmconfig.deploy.receipt import Receipt
    from kmconfig.secrets.masker import Masker

_HEAD = "last"


@dataclass(frozen=True, slots=True)
class Stored:
    """A receipt as it lies in the state folder; empty where it cannot be read."""

    path: Path
    document: dict[str, Any]

    @property
    def run(self) -> str:
        """The run it is about."""
        return self.path.stem

    @property
    def intact(self) -> bool:
        """Whether it is what that run has written, as far as it can tell itself."""
        content = dict(self.document)
        digest: Any = content.pop("digest", None)
        return bool(digest == digest_of(content)) and content.get("run") == self.run

    def text(self, name: str) -> str | None:
        """A text of the receipt, None where there is none."""
        value = self.document.get(name)
        return value if isinstance(value, str) else None

    def items(self, name: str) -> list[Any]:
        """A list of the receipt."""
        value = self.document.get(name)
        return value if isinstance(value, list) else []

    def entries(self, name: str) -> dict[str, Any]:
        """A mapping of the receipt."""
        value = self.document.get(name)
        return value if isinstance(value, dict) else {}


class Receipts:
    """The receipts of one environment in the state folder; folders that are created get mode 0700."""

    def __init__(self, state: Path, environment: str) -> None:
        self.state = state
        self.folder = state / "receipts" / environment

    def save(self, receipt: Receipt, *, masker: Masker) -> Path:
        """Write a receipt, without what ``masker`` knows, and say where. Raises OSError."""
        self._ensure()
        path = self.folder / f"{receipt.run}.json"
        receipt.previous, receipt.digest = self._last(but=receipt.run), None
        content = masker.mask_document({"version": 1, **receipt.document()})
        receipt.digest = digest_of(content)
        text = json.dumps({**content, "digest": receipt.digest}, indent=2, ensure_ascii=False) + "\n"
        # A lone surrogate, which a server may have said, is an escape of JSON then.
        replace_file(path, text.encode("utf-8", "backslashreplace"), mode=0o600)
        replace_file(self.folder / _HEAD, f"{receipt.digest}\n".encode(), mode=0o600)
        return path

    def prepare(self) -> None:
        """Clear away what killed runs left half written, and make sure that a receipt can be saved.

        Only for whoever holds the lock of the target. Raises CouldNotCheck.
        """
        try:
            self._ensure()
            sweep_matching(self.folder, rf"(?:[^/]*\.json|{_HEAD})")
            try_replace(self.folder / "receipt.json")
        except OSError as error:
            raise CouldNotCheck(
                f"no receipt could be written to `{self.folder}`: {error.strerror}",
                help="let this user write there, or name another folder with `state` in kmconfig.yaml",
            ) from None

    def newest_first(self) -> Iterator[Stored]:
        """All receipts; those that cannot be read are empty. Raises CouldNotCheck where nobody may look for them."""
        for path in self._files():
            yield Stored(path, _read(path))

    def changing(self, target: str) -> Iterator[Stored]:
        """Those of runs that changed a target for good, newest first, with those that may have been of such a run."""
        return (found for found in self.newest_first() if changed(found, target) or not found.intact)

    def head(self) -> str | None:
        """The digest of the receipt that was written last, None where nothing says so."""
        try:
            return (self.folder / _HEAD).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def ended(self, run: str) -> bool:
        """Whether a run has a receipt that says how it ended."""
        return _read(self.folder / f"{run}.json").get("result") in ("applied", "rolled_back")

    def last_applied(self, target: str) -> Stored | None:
        """The last receipt of a run that changed a target for good; None where somebody has changed that receipt."""
        last = next(self.changing(target), None)
        return last if last is not None and last.intact else None

    def keys_written(self, target: str) -> frozenset[str]:
        """The keys that the last run wrote to a target; none where its receipt cannot be trusted."""
        last = self.last_applied(target)
        return frozenset(key for key in last.items("keys") if isinstance(key, str)) if last is not None else frozenset()

    def secrets_written(self, target: str) -> dict[str, Written]:
        """Which secrets the last run wrote to a target, by setting."""
        last = self.last_applied(target)
        return secrets_of(last) if last is not None else {}

    def _files(self) -> list[Path]:
        """Receipts, newest first. Raises CouldNotCheck."""
        try:
            names = [path for path in self.folder.iterdir() if path.suffix == ".json"]
        except FileNotFoundError:  # none yet
            return []
        except OSError as error:
            raise CouldNotCheck(
                f"the receipts in `{self.folder}` cannot be listed: {error.strerror}",
                help="run kmconfig as the user who applies, or name another folder with `state` in kmconfig.yaml",
            ) from None
        return sorted((path for path in names if path.is_file()), reverse=True)

    def _last(self, *, but: str) -> str | None:
        """The digest of the newest receipt, which is not that of ``but`` itself."""
        newest = next((found for found in self.newest_first() if found.run != but), None)
        return newest.text("digest") if newest is not None else None

    def _ensure(self) -> None:
        for folder in (self.state, self.folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignore = self.state / ".gitignore"
        if not ignore.exists() or not ignore.stat().st_size:
            ignore.write_text("*\n", encoding="utf-8")


def changed(receipt: Stored, target: str) -> bool:
    """Whether a receipt is of a run that changed this target for good."""
    return receipt.text("target") == target and receipt.text("result") == "applied"


def secrets_of(receipt: Stored) -> dict[str, Written]:
    """Which secrets a receipt says were written, by setting."""
    return {
        record["setting"]: Written(
            reference=_text(record, "reference") or "",
            version=_text(record, "version"),
            fingerprint=_text(record, "fingerprint"),
        )
        for record in receipt.items("secrets")
        if isinstance(record, dict) and isinstance(record.get("setting"), str)
    }


def environments_with_receipts(state: Path) -> list[str]:
    """The names of all environments that have receipts, sorted."""
    folder = state / "receipts"
    found = {
        os.path.relpath(base, folder) for base, _, names in os.walk(folder) if any(n.endswith(".json") for n in names)
    }
    return sorted(name for name in found if name != ".")


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
