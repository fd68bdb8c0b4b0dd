"""Reading a file that holds secrets: regular, small, UTF-8, never blocking."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.secrets.store import ProblemKind

LARGEST = 64 * 1024
"""Bytes a file with secrets may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why a file was not read; ``message`` names the path only."""

    kind: ProblemKind
    message: str
    help: str | None = None


def read_secret_file(path: Path) -> str | Unreadable:
    """Return the text of ``path``, following symbolic links as Kubernetes mounts need.

    A file that every user of the machine can write is refused: anybody could decide where the login comes from.
    One that everybody can read is not, since Kubernetes (0644) and Docker (0444) mount secrets that way.
    """
    try:
        # Looked at before it is opened: opening a device may already do something.
        unusable = _unusable(path, path.stat())
        return unusable or _read(path)
    except OSError as error:
        return _unreadable(path, error)
    except ValueError:
        return Unreadable(kind="invalid", message="the path of a secret file holds a NUL character")


def _read(path: Path) -> str | Unreadable:
    # A FIFO put in place meanwhile must not block either.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - pathlib cannot open a descriptor
        unusable = _unusable(path, os.fstat(descriptor))
        if unusable:
            return unusable
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        return _too_large(path)
    text = _decoded(content)
    if text is None:
        return Unreadable(
            kind="invalid", message=f"`{path}` is not UTF-8 text", help="store the secret as plain UTF-8 text"
        )
    if text.startswith("\ufeff"):
        return Unreadable(
            kind="invalid",
            message=f"`{path}` starts with a byte order mark",
            help="save the file as UTF-8 without a byte order mark",
        )
    return text


def _decoded(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _unusable(path: Path, status: os.stat_result) -> Unreadable | None:
    if not stat.S_ISREG(status.st_mode):
        return Unreadable(
            kind="refused",
            message=f"`{path}` is {kind_of(status.st_mode)}, not a regular file",
            help="name the file that holds the secret",
        )
    if status.st_size > LARGEST:
        return _too_large(path)
    if status.st_mode & stat.S_IWOTH:
        return Unreadable(
            kind="refused",
            message=f"`{path}` can be written by every user of this machine (mode {stat.S_IMODE(status.st_mode):04o})",
            help=f"run `chmod o-w {path}`",
        )
    return None


def _too_large(path: Path) -> Unreadable:
    return Unreadable(
        kind="refused", message=f"`{path}` is larger than 64 KiB", help="name the file that holds only the secret"
    )


def _unreadable(path: Path, error: OSError) -> Unreadable:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Unreadable(
            kind="missing", message=f"`{path}` does not exist", help="create the file, or mount the secret there"
        )
    if isinstance(error, PermissionError):
        return Unreadable(
            kind="denied",
            message=f"`{path}` may not be read by user {os.geteuid()}",
            help="give this user read access to the file and its folders",
        )
    return Unreadable(kind="invalid", message=f"`{path}` cannot be read: {error.strerror or 'input/output error'}")


def kind_of(mode: int) -> str:
    """What a file that is not regular is, for people, by its ``st_mode``."""
    kinds = (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((name for test, name in kinds if test(mode)), "something else")
