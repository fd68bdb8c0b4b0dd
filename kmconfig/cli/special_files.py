"""Paths that name no file to be replaced: our own descriptors, pipes and devices."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

_FOLDERS = ("/dev/fd/", "/proc/self/fd/")
_NAMED = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}


def descriptor_of(path: str) -> int | None:
    """The descriptor that a path such as `/dev/stdout` or `/dev/fd/3` stands for, None for other paths.

    Paths are read, not opened: opening them asks `/proc`, which is closed to a process that keeps secrets.
    """
    name = os.path.normpath(path)
    if name in _NAMED:
        return _NAMED[name]
    for folder in _FOLDERS:
        number = name.removeprefix(folder)
        if number != name and number.isascii() and number.isdigit() and len(number) < 10:
            return int(number)
    return None


def is_stdout(path: str) -> bool:
    """Whether a path stands for standard output."""
    return descriptor_of(path) == 1


def is_special(path: str) -> bool:
    """Whether a path stands for something that is written to, and never replaced."""
    if descriptor_of(path) is not None:
        return True
    try:
        return not stat.S_ISREG(Path(path).stat().st_mode)
    except OSError:
        return False


def require_special_writable(path: str) -> None:
    """Make sure that a special path can be written to, without opening it: a pipe's reader would see its end.

    Raises OSError.
    """
    descriptor = descriptor_of(path)
    if descriptor is None:
        allowed = os.access(path, os.W_OK)
    else:
        import fcntl  # noqa: PLC0415 - only for such paths

        allowed = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
    if not allowed:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)


def write_special(path: str, data: bytes) -> None:
    """Write to a special path; a reader that has gone misses nothing. Raises OSError."""
    descriptor = descriptor_of(path)
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOCTTY) if descriptor is None else os.dup(descriptor)
    with suppress(BrokenPipeError), open(handle, "wb") as stream:  # noqa: PTH123 - pathlib opens no descriptor
        stream.write(data)
