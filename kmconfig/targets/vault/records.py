"""Lease, journal and snapshots as secrets of their own, beside the path of the target.

They hold no secret. A document that was let go of is an empty version: that needs no permission to delete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck, Refused
from kmconfig.targets.keeping.records import Conflict, Record
from kmconfig.targets.vault.writing import write_version

if TYPE_CHECKING:
    from kmconfig.targets.vault.document import Data
    from kmconfig.targets.vault.path import VaultPath

_KEY = "document"
_NEEDED = ("create", "read", "update")


class VaultRecords:
    """The documents beside a path."""

    def __init__(self, path: VaultPath) -> None:
        self._path = path
        self.where = f"{path.shown}-kmconfig"

    def ensure(self) -> None:
        """Make sure that the login may write documents, as far as it may ask that."""
        able = self._path.beside("lease").capabilities()
        if able is None or "root" in able:
            return
        missing = [f"`{capability}`" for capability in _NEEDED if capability not in able]
        if missing:
            place = f"{self._path.data}-kmconfig/*"
            raise CouldNotCheck(
                f"lock, journal and snapshots cannot be kept in `{self.where}`: {', '.join(missing)} is missing",
                help=f"let a policy of this login grant {', '.join(f'`{one}`' for one in _NEEDED)} on `{place}`",
            )

    def get(self, name: str) -> Record | None:
        """A document."""
        found = self._path.beside(name).read()
        text = found.data.get(_KEY)
        return Record(text=text, token=str(found.version), age=found.age) if isinstance(text, str) else None

    def put(self, name: str, text: str, *, expected: str | None) -> str:
        """Write a document with check-and-set."""
        path = self._path.beside(name)
        return self._write(path, {_KEY: text}, self._free(path) if expected is None else int(expected))

    def delete(self, name: str, *, expected: str) -> None:
        """Write an empty version."""
        self._write(self._path.beside(name), {}, int(expected))

    def _free(self, path: VaultPath) -> int:
        """The version on top of which a new document goes."""
        found = path.read()
        if isinstance(found.data.get(_KEY), str):
            raise Conflict
        return found.version

    def _write(self, path: VaultPath, data: Data, after: int) -> str:
        try:
            return str(write_version(path, data, after=after))
        except Refused:
            conflict = Conflict()
        raise conflict
