"""Replacing a file as a whole: whoever reads it, and whenever we are killed, it is the old or the new one."""

from __future__ import annotations

import errno
import os
import re
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPORARY = ".kmconfig-tmp-"
_ACL = "system.posix_acl_access"


def replace_file(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Put ``data`` in place of the file at ``path``; a symbolic link stays, and its target is replaced.

    The new content is on disk (fsync) under a temporary name in the same folder before it takes the file's
    place. Owner, group, mode and access list of an existing file are kept; a new file gets ``mode``, or what
    the umask leaves of 0666.

    Raises:
        OSError: the folder or file cannot be written. Unless the folder itself could not be synced, the old
            file is as it was.
    """
    target = Path(os.path.realpath(path))
    with _temporary(target) as (temporary, handle):
        with os.fdopen(handle, "wb", closefd=False) as stream:
            stream.write(data)
        _dress(handle, target, mode)
        os.fsync(handle)
        _rename(temporary, target)
    sync_folder(target.parent)


def try_replace(path: Path) -> None:
    """Do everything short of replacing the file, so that a lack of permission shows before it matters.

    Raises OSError.
    """
    target = Path(os.path.realpath(path))
    with _temporary(target) as (_, handle):
        _dress(handle, target, 0o600)


def sweep_temporaries(path: Path) -> None:
    """Remove what killed runs left beside a file. Only for whoever holds the lock of this file."""
    target = Path(os.path.realpath(path))
    sweep_matching(target.parent, re.escape(target.name))


def sweep_matching(folder: Path, names: str) -> None:
    """Remove what killed runs left beside files in ``folder`` whose names match the pattern ``names``."""
    leftover = leftovers(names)
    for path in folder.glob(f".*{TEMPORARY}*"):
        if leftover.fullmatch(path.name):
            path.unlink(missing_ok=True)


def leftovers(names: str) -> re.Pattern[str]:
    """The names of what killed runs leave beside files whose names match the pattern ``names``."""
    return re.compile(rf"\.{names}{re.escape(TEMPORARY)}[0-9a-f]+")


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut, on file systems that know how."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


@contextmanager
def _temporary(target: Path) -> Iterator[tuple[Path, int]]:
    """A new file beside ``target``, for its owner only; gone at the end unless it was renamed."""
    temporary = target.parent / f".{target.name}{TEMPORARY}{secrets.token_hex(6)}"
    handle = None
    try:
        # Inside, since Ctrl-C may come between the two.
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        yield temporary, handle
    finally:
        if handle is not None:
            os.close(handle)
        with suppress(FileNotFoundError):
            temporary.unlink()


def _rename(temporary: Path, target: Path) -> None:
    mounted = False
    try:
        temporary.replace(target)
    except OSError as error:
        mounted = error.errno == errno.EBUSY
        if not mounted:
            raise
    if mounted:
        reason = "it is mounted as a single file, which cannot be replaced as a whole; mount its folder instead"
        raise OSError(errno.EBUSY, reason, str(target))


def _dress(handle: int, target: Path, mode: int | None) -> None:
    """Give the new file the owner, mode and access list of the old one."""
    try:
        old = target.stat()
    except FileNotFoundError:
        os.fchmod(handle, mode if mode is not None else 0o666 & ~_umask())
        return
    new = os.fstat(handle)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        os.fchown(handle, old.st_uid, old.st_gid)
    _dress_access_list(handle, target)
    os.fchmod(handle, old.st_mode & 0o7777)


def _dress_access_list(handle: int, target: Path) -> None:
    """Keep the access list of the old file; one that the folder gave the new file alone goes."""
    if not hasattr(os, "listxattr"):
        return
    old, new = _access_list(target), _access_list(handle)
    if old is not None:
        os.setxattr(handle, _ACL, old)
    elif new is not None:
        os.removexattr(handle, _ACL)


def _access_list(file: Path | int) -> bytes | None:
    try:
        return os.getxattr(file, _ACL)
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTSUP):
            return None
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
