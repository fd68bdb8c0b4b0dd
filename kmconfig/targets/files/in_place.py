"""Writing into a file that cannot be replaced, since it is a mount of its own, as in containers.

This is not atomic: whoever reads the file meanwhile may see a part of it, and a run that is killed may leave one.
"""

from __future__ import annotations

import os
import re
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

NOT_ATOMIC = (
    "the file is a mount of its own, so it is overwritten in place: whoever reads it in that moment may see half of it"
)

_MOUNTS = Path("/proc/self/mountinfo")
_PADDING = ord("\n")
_ESCAPED = re.compile(r"\\([0-7]{3})")


def is_mounted(path: Path) -> bool:
    """Whether a file is a mount of its own, where the system tells."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    real = os.path.realpath(path)
    return any(_ESCAPED.sub(_character, line.split(" ")[4]) == real for line in mounts.splitlines())


def try_overwrite(path: Path) -> None:
    """Make sure that the file may be written. Raises OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC))


def overwrite(path: Path, data: bytes) -> None:
    """Write into the file itself, at once; a longer content is overwritten with empty lines before it is cut off.

    Raises OSError, and then the file may hold a part of ``data``.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        padded = data.ljust(os.fstat(handle).st_size, b"\n")
        done = 0
        while done < len(padded):
            done += os.pwrite(handle, padded[done:], done)
        os.fsync(handle)
        os.ftruncate(handle, len(data))
        os.fsync(handle)
    finally:
        os.close(handle)


def is_mixture(data: bytes, whole: Collection[bytes]) -> bool:
    """Whether ``data`` is what :func:`overwrite` leaves of several contents when it is killed."""
    if len(whole) < 2 or not min(map(len, whole)) <= len(data) <= max(map(len, whole)):
        return False
    columns = zip(data, zip_longest(*whole, fillvalue=_PADDING), strict=False)
    return all(byte in column for byte, column in columns)


def is_whole(data: bytes, content: bytes) -> bool:
    """Whether ``data`` is this content, with or without the empty lines that :func:`overwrite` has yet to cut off."""
    return data.startswith(content) and not data[len(content) :].strip(b"\n")


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 8))
