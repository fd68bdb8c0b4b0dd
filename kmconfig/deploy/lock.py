"""One apply at a time for each target on this machine."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck, Locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def hold(path: Path, *, run: str) -> Iterator[None]:
    """Hold the lock file for the block; the system lets go of it when the process ends, however it ends.

    Raises Locked, naming the holder, or CouldNotCheck where the file cannot be locked.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise _unusable(path, error) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 200, 0).decode("utf-8", "replace").strip()
            raise Locked(
                f"another run is applying to this target: {holder or 'unknown'}", help="wait until it has ended"
            ) from None
        except OSError as error:
            raise _unusable(path, error) from None
        os.ftruncate(handle, 0)
        os.pwrite(
            handle, f"run {run}, process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode(), 0
        )
        yield
    finally:
        os.close(handle)


def _unusable(path: Path, error: OSError) -> CouldNotCheck:
    return CouldNotCheck(f"the lock {path} cannot be used: {error.strerror}", help="check this user's permissions")
