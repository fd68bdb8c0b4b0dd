"""Writing a target that is one file."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck, Refused
from kmconfig.targets.files.in_place import is_mixture
from kmconfig.targets.files.remedies import remedy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from kmconfig.targets.files.interface import TargetFile, WritableFile
    from kmconfig.targets.interface import State, WritePermit
    from kmconfig.targets.keeping.interface import Fence


class FileWriter:
    """Replaces a file as a whole, and can put back what was there. ``compose`` makes the new content."""

    def __init__(
        self, file: TargetFile, writable: WritableFile, permit: WritePermit, *, compose: Callable[[], bytes]
    ) -> None:
        self._file = file
        self._writable = writable
        self._permit = permit
        self._compose = compose
        self._staged: bytes | None = None

    def prepare(self) -> None:
        """Remove what killed runs left behind, and make sure that the file can be replaced.

        Raises CouldNotCheck.
        """
        try:
            self._writable.sweep()
            self._writable.try_replace()
        except OSError as error:
            raise CouldNotCheck(
                f"cannot replace `{self._file.shown}`: {_reason(error)}",
                help=remedy(_reason(error)),
            ) from None

    def capture(self) -> bytes | None:
        """The file as it is."""
        data, base = self._file.read()
        self._require(base)
        return data

    def stage(self) -> str:
        """Compose the new content and return its fingerprint."""
        self._require(self._file.read()[1])
        self._staged = self._compose()
        return fingerprint(self._staged)

    def write(self, fence: Fence) -> None:
        """Put the staged content in the file's place."""
        if self._staged is None:
            raise ValueError("content is staged before it is written")
        self._require(self._file.read()[1])
        fence.check()
        self._replace(self._staged)

    def restore(self, snapshot: bytes | None, fence: Fence) -> None:
        """Put back what a snapshot holds."""
        fence.check()
        if snapshot is None:
            self._writable.remove()
        else:
            self._replace(snapshot)

    def _replace(self, data: bytes) -> None:
        try:
            self._writable.replace(data)
        except OSError as error:
            raise CouldNotCheck(
                f"cannot replace `{self._file.shown}`: {error.strerror or type(error).__name__}"
            ) from None

    def state(self, snapshot: bytes | None, written: Collection[str]) -> State:
        """Compare the file with a snapshot and with the fingerprints of what was staged.

        Raises CouldNotCheck where the file cannot be read.
        """
        data, _ = self._file.read()
        if data is not None and fingerprint(data) in written:
            return "after"
        if data == snapshot:
            return "before"
        return "partial" if self._is_half_written(data, snapshot, written) else "other"

    def _is_half_written(self, data: bytes | None, snapshot: bytes | None, written: Collection[str]) -> bool:
        """Whether the file holds parts of the snapshot and of what a run was writing into it when it was killed."""
        try:
            under_way = self._writable.under_way()
        except OSError as error:
            raise CouldNotCheck(f"cannot tell how far `{self._file.shown}` was written: {error.strerror}") from None
        ours = [content for content in under_way if fingerprint(content) in written]
        return data is not None and snapshot is not None and bool(ours) and is_mixture(data, (snapshot, *ours))

    def _require(self, base: str) -> None:
        if base != self._permit.base:
            raise Refused(
                f"`{self._file.shown}` changed after it was compared with the files",
                help="somebody else writes this file; run the command again",
            )


def fingerprint(data: bytes) -> str:
    """What the journal says of content."""
    return hashlib.sha256(data).hexdigest()


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError) and os.geteuid() != 0:
        return "this user may not create a file in its folder, or not give one to the file's owner"
    return error.strerror or type(error).__name__
