"""What a connection needs of this machine for its time: files for what is printed, and a folder for its socket."""

from __future__ import annotations

import os
import re
import shutil
import socket
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.files.remedies import remedy

SOCKET = "s"

_PREFIX = "kmconfig-ssh-"
_OURS = re.compile(rf"{_PREFIX}[a-z0-9_]{{8}}")
_ABANDONED_SECONDS = 3600.0


def temporary_file() -> IO[bytes]:
    """A file without a name. Raises CouldNotCheck."""
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        failed = error
    raise _no_room(failed)


def socket_folder() -> Path:
    """A folder of this user alone for the socket of one connection. Raises CouldNotCheck.

    Folders that killed runs left behind are removed: ssh itself takes away its socket, but not what it lies in.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    except OSError as error:
        failed = error
    else:
        _sweep(folder.parent)
        return folder
    raise _no_room(failed)


def _sweep(folder: Path) -> None:
    for found in folder.iterdir():
        with suppress(OSError):  # another run has been faster, or it is in use after all
            if _OURS.fullmatch(found.name) and _is_abandoned(found):
                shutil.rmtree(found)


def _is_abandoned(folder: Path) -> bool:
    """Whether a folder is ours, old, and without a socket where somebody still listens."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        return False
    return time.time() - status.st_mtime > _ABANDONED_SECONDS and not _is_heard(folder / SOCKET)


def _is_heard(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as tried:
        try:
            tried.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True


def _no_room(error: OSError) -> CouldNotCheck:
    why = error.strerror or type(error).__name__
    return CouldNotCheck(
        f"no temporary file can be made on this machine: {why[:1].lower()}{why[1:]}",
        help=remedy(why, otherwise="make room in the folder for temporary files, or name another one with `TMPDIR`"),
    )
