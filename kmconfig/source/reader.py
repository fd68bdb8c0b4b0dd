"""Bytes on disk to text: regular files only, UTF-8, at most 1 MiB, no control characters."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.source.problem import Problem
from kmconfig.source.span import SourceFile, Span

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

#: C0 and C1 controls and DEL, which YAML does not allow.
_NOT_YAML = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff"
#: Separators that YAML 1.1 and 1.2 disagree about, what turns the direction of text, and a byte order mark
#: inside: no reader may be able to show a reviewer another file than the one that counts.
_DECEPTIVE = "\x85\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
_HARMLESS_ASCII = bytes(range(0x20, 0x7F)) + b"\t\n\r"
_FORBIDDEN = re.compile(f"[{_NOT_YAML}]|(?P<deceptive>[{_DECEPTIVE}])")


class Unreadable(NamedTuple):
    """Why the content of a file cannot be had, and what to do about it."""

    reason: str
    remedy: str


def read_source(location: Path | str, name: str) -> tuple[SourceFile, Problem | None]:
    """Read a file for parsing; ``name`` is its path relative to the root.

    Returns the file, empty where it cannot be read, and what is wrong with it, if anything.
    """
    raw = read_content(location)
    return unreadable(name, *raw) if isinstance(raw, Unreadable) else decode(raw, name)


def read_content(location: Path | str, *, through_link: bool = True) -> bytes | Unreadable:
    """The bytes of a regular file, of one that is too large only its beginning. Never blocks on a pipe or a device.

    Without ``through_link`` a link counts as unreadable.
    """
    try:
        return _read_regular(location, 0 if through_link else os.O_NOFOLLOW)
    except (OSError, ValueError) as error:  # a path with a NUL is no path
        return Unreadable(_reason(error), "check the path and its permissions")


def decode(raw: bytes, name: str) -> tuple[SourceFile, Problem | None]:
    """Turn bytes into a :class:`SourceFile`, with the problem that makes it unusable, if there is one."""
    if len(raw) > MAX_BYTES:
        reason = f"it is larger than {MAX_BYTES // 1024 // 1024} MiB"
        return unreadable(name, reason, "settings of this size are not settings: remove what is foreign")
    raw = raw.removeprefix(BYTE_ORDER_MARK)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return _undecodable(raw, name, error)
    file = SourceFile(name, text)
    if raw.isascii() and not raw.translate(None, _HARMLESS_ASCII):
        return file, None
    found = _FORBIDDEN.search(text)
    return file, None if found is None else _forbidden(file, found)


def _read_regular(location: Path | str, flags: int) -> bytes | Unreadable:
    handle = os.open(location, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | flags)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            reason = "it is a directory" if stat.S_ISDIR(status.st_mode) else "it is not a regular file"
            return Unreadable(reason, "give a regular file of YAML text")
        # A buffer of the largest size would cost more than reading a small file.
        return _read_all(handle, min(status.st_size, MAX_BYTES) + 1)
    finally:
        os.close(handle)


def _read_all(handle: int, most: int) -> bytes:
    content = os.read(handle, most)
    while 0 < len(content) < most and (more := os.read(handle, most - len(content))):
        content += more
    return content


def _reason(error: OSError | ValueError) -> str:
    number = error.errno if isinstance(error, OSError) else None
    reason = os.strerror(number) if number else "it cannot be read"
    return reason[0].lower() + reason[1:]


def unreadable(name: str, reason: str, remedy: str) -> tuple[SourceFile, Problem]:
    """A file of which nothing is known, and why."""
    file = SourceFile(name, "")
    return file, Problem("KM110", f"cannot read this file: {reason}", Span(file, 0, 0), help=remedy)


def _undecodable(raw: bytes, name: str, error: UnicodeDecodeError) -> tuple[SourceFile, Problem]:
    file = SourceFile(name, raw.decode("utf-8", errors="replace"))
    start = len(raw[: error.start].decode())
    message = f"the file is not UTF-8: byte 0x{raw[error.start]:02x} ({error.reason})"
    return file, Problem("KM110", message, Span(file, start, start + 1), help="save the file as UTF-8")


def _forbidden(file: SourceFile, found: re.Match[str]) -> Problem:
    return Problem(
        "KM107" if found["deceptive"] else "KM101",
        f"control character U+{ord(found[0]):04X} in the file",
        Span(file, *found.span()),
        help="remove the character; editors show it with invisible characters switched on",
    )
