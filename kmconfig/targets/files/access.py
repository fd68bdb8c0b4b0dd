"""Reading a target's file with errors that help, and telling one state of it from another."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck

if TYPE_CHECKING:
    from pathlib import Path

ABSENT = "absent"
LARGEST_FILE = 4 * 1024 * 1024


def read_target(path: Path, shown: str) -> tuple[bytes | None, str]:
    """The content of a file and a token of its state; None where it does not exist.

    The token comes from the file's identity, time and size, never from its content, which holds secrets.

    Raises:
        CouldNotCheck: it exists and cannot be read, or is no regular file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None, ABSENT
    except OSError as error:
        raise _unreadable(shown, error.strerror or "it cannot be opened") from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise _unreadable(shown, "it is not a regular file")
        if status.st_size > LARGEST_FILE:
            raise _unreadable(shown, "it is larger than 4 MiB")
        with os.fdopen(handle, "rb", closefd=False) as stream:
            return stream.read(), _token(status)
    finally:
        os.close(handle)


def _token(status: os.stat_result) -> str:
    identity = f"{status.st_dev}:{status.st_ino}:{status.st_mtime_ns}:{status.st_size}"
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def _unreadable(shown: str, reason: str) -> CouldNotCheck:
    return CouldNotCheck(
        f"cannot read the target `{shown}`: {reason[0].lower()}{reason[1:]}",
        help="check the target's `path` and this user's permissions",
    )
