"""Replacing a file as a whole: whoever reads it, and whenever we are killed, it is the old or the new one."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

_TEMPORARY = ".kmconfig-tmp-"


def replace_file(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Put ``data`` in place of the file at ``path``; a symbolic link stays, and its target is replaced.

    The new content is on disk (fsync) under a temporary name in the same folder before it takes the file's
    place. Owner, group and mode of an existing file are kept; a new file gets ``mode``, or what the umask
    leaves of 0666.

    Raises:
        OSError: the folder or file cannot be written; the old file is as it was.
    """
    target = Path(os.path.realpath(path))
    temporary = target.parent / f".{target.name}{_TEMPORARY}{secrets.token_hex(6)}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            _dress(stream.fileno(), target, mode)
            os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
    sync_folder(target.parent)


def sweep_temporaries(path: Path) -> list[Path]:
    """Remove what killed runs left beside a file. Only for whoever holds the lock of this file."""
    target = Path(os.path.realpath(path))
    leftovers = sorted(target.parent.glob(f".{target.name}{_TEMPORARY}*"))
    for leftover in leftovers:
        leftover.unlink(missing_ok=True)
    return leftovers


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _dress(handle: int, target: Path, mode: int | None) -> None:
    """Give the new file the owner and mode of the old one."""
    try:
        old = target.stat()
    except FileNotFoundError:
        if mode is None:
            mode = 0o666 & ~_umask()
        os.fchmod(handle, mode)
        return
    if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(handle, old.st_uid, old.st_gid)
    os.fchmod(handle, old.st_mode & 0o7777)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
