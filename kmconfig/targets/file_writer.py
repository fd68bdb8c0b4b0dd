"""Writing a target that is one file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck, Refused
from kmconfig.targets.atomic import replace_file, sweep_temporaries, try_replace
from kmconfig.targets.file_access import read_target
from kmconfig.targets.keeping import Keeping, snapshot_content

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from kmconfig.targets.interface import State, WritePermit


class FileWriter:
    """Replaces a file as a whole, and can put back what was there.

    ``compose`` makes the new content; ``mode`` is for a file that does not exist yet.
    """

    def __init__(self, *, path: Path, shown: str, permit: WritePermit, mode: int, compose: Callable[[], bytes]) -> None:
        self._path = path
        self._shown = shown
        self._permit = permit
        self._mode = mode
        self._compose = compose
        self._keeping = Keeping(path)
        self._staged: bytes | None = None

    def prepare(self) -> None:
        """Remove what killed runs left behind, and make sure that the file can be replaced.

        Raises CouldNotCheck.
        """
        try:
            sweep_temporaries(self._path)
            try_replace(self._path)
        except OSError as error:
            raise CouldNotCheck(
                f"cannot replace `{self._shown}`: {_reason(error)}",
                help="apply as the owner of the file, who may also create files in its folder",
            ) from None

    def snapshot(self, run: str) -> Path:
        """Keep the file as it is."""
        data, base = read_target(self._path, self._shown)
        self._require(base)
        return self._keeping.snapshot(run, data)

    def stage(self) -> str:
        """Compose the new content and return its fingerprint."""
        self._require(read_target(self._path, self._shown)[1])
        self._staged = self._compose()
        return _fingerprint(self._staged)

    def write(self) -> None:
        """Put the staged content in the file's place."""
        if self._staged is None:
            raise ValueError("content is staged before it is written")
        self._require(read_target(self._path, self._shown)[1])
        replace_file(self._path, self._staged, mode=self._mode)

    def restore(self, snapshot: Path) -> None:
        """Put back what a snapshot holds."""
        data = snapshot_content(snapshot)
        if data is None:
            Path(os.path.realpath(self._path)).unlink(missing_ok=True)
        else:
            replace_file(self._path, data, mode=self._mode)

    def state(self, snapshot: Path, written: Collection[str]) -> State:
        """Compare the file with a snapshot and with the fingerprints of what was staged.

        Raises CouldNotCheck where the file or the snapshot cannot be read.
        """
        data, _ = read_target(self._path, self._shown)
        if data is not None and _fingerprint(data) in written:
            return "after"
        try:
            before = snapshot_content(snapshot)
        except OSError as error:
            raise CouldNotCheck(f"the snapshot {snapshot} cannot be read: {error.strerror}") from None
        return "before" if data == before else "other"

    def _require(self, base: str) -> None:
        if base != self._permit.base:
            raise Refused(
                f"`{self._shown}` changed after it was compared with the files",
                help="somebody else writes this file; run the command again",
            )


def _fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError) and os.geteuid() != 0:
        return "this user may not create a file in its folder, or not give one to the file's owner"
    return error.strerror or type(error).__name__
