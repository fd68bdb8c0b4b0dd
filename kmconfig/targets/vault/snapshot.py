"""What is kept to put a path back: which version it had, never what that holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.vault.document import Document

if TYPE_CHECKING:
    from kmconfig.targets.vault.path import VaultPath


class Snapshot(NamedTuple):
    """The version that a path had, 0 for none, and when it was made."""

    version: int = 0
    created: str = ""
    gone: bool = False

    @classmethod
    def of(cls, document: Document) -> Snapshot:
        """That of a document."""
        return cls(document.version, document.created, document.gone)

    @classmethod
    def read(cls, snapshot: bytes | None) -> Snapshot:
        """What :meth:`write` has made. Raises CouldNotCheck for anything else."""
        if snapshot is None:
            return cls()
        try:
            kept = json.loads(snapshot)
            return cls(int(kept["version"]), str(kept["created"]), bool(kept["gone"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            damaged = CouldNotCheck("the snapshot of this path is damaged", help="pick an older run")
        raise damaged

    def write(self) -> bytes | None:
        """The snapshot as it is kept, None for a path with nothing."""
        return json.dumps(self._asdict(), separators=(",", ":")).encode() if self.version else None

    def is_of(self, document: Document) -> bool:
        """Whether a document is that very version."""
        return (self.version, self.created, self.gone) == (document.version, document.created, document.gone)

    def document(self, path: VaultPath) -> Document:
        """What that version holds. Raises CouldNotCheck where Vault no longer keeps it."""
        if not self.version or self.gone:
            return Document()
        found = path.read(self.version)
        if found.version == self.version and found.created == self.created and not found.gone:
            return found
        raise _lost(path.shown, self.version, found)


def _lost(shown: str, version: int, found: Document) -> CouldNotCheck:
    """Say in which way a version is out of reach."""
    about = f"version {version} of `{shown}`"
    if found.version == version and found.destroyed:
        return CouldNotCheck(f"{about} was destroyed, so that nobody can bring it back", help="pick another run")
    if found.version == version and found.gone:
        help_ = f"`vault kv undelete -versions={version}` brings it back"
        return CouldNotCheck(f"{about} was deleted", help=help_)
    return CouldNotCheck(
        f"{about} is no longer kept", help="pick a newer run; `max_versions` says how many versions are kept"
    )
