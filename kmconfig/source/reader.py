"""Bytes on disk to text: regular files only, UTF-8, at most 1 MiB, no control characters."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from kmconfig.source.problem import Problem
from kmconfig.source.span import SourceFile, Span

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 1024 * 1024

#: C0 and C1 controls and DEL, which YAML does not allow, and the three separators that YAML 1.1 and 1.2
#: disagree about: readers that count lines differently must not be able to show a reviewer another file.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_LINE_SEPARATORS = "\x85\u2028\u2029"


def read_source(location: Path, name: str) -> tuple[SourceFile, Problem | None]:
    """Read a file for parsing; ``name`` is its path relative to the root.

    Returns the file, empty where it cannot be read, and what is wrong with it, if anything.
    """
    try:
        raw = _read_regular(location)
    except OSError as error:
        return _unreadable(name, _reason(error), "check the path and its permissions")
    if isinstance(raw, str):
        return _unreadable(name, raw, "give a regular file of YAML text")
    return decode(raw, name)


def decode(raw: bytes, name: str) -> tuple[SourceFile, Problem | None]:
    """Turn bytes into a :class:`SourceFile`, with the problem that makes it unusable, if there is one."""
    if len(raw) > MAX_BYTES:
        size = f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB"
        return _unreadable(
            name, size, "settings of this size are not settings: split the file or remove what is foreign"
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _undecodable(raw, name, error)
    file = SourceFile(name, text)
    found = _FORBIDDEN.search(text)
    if found is None:
        return file, None
    return file, _control_character(file, found.start())


def _read_regular(location: Path) -> bytes | str:
    """The content, or why there is none. Never blocks on a pipe or a device."""
    handle = os.open(location, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            return "it is a directory" if stat.S_ISDIR(mode) else "it is not a regular file"
        with os.fdopen(handle, "rb", closefd=False) as stream:
            return stream.read(MAX_BYTES + 1)
    finally:
        os.close(handle)


def _reason(error: OSError) -> str:
    reason = os.strerror(error.errno) if error.errno else "it cannot be read"
    return reason[0].lower() + reason[1:]


def _unreadable(name: str, reason: str, remedy: str) -> tuple[SourceFile, Problem]:
    file = SourceFile(name, "")
    return file, Problem("KM110", f"cannot read this file: {reason}", Span(file, 0, 0), help=remedy)


def _undecodable(raw: bytes, name: str, error: UnicodeDecodeError) -> tuple[SourceFile, Problem]:
    file = SourceFile(name, raw.decode("utf-8", errors="replace"))
    start = len(raw[: error.start].decode("utf-8", errors="replace"))
    message = f"the file is not UTF-8: byte 0x{raw[error.start]:02x} at offset {error.start} ({error.reason})"
    return file, Problem("KM110", message, Span(file, start, start + 1), help="save the file as UTF-8")


def _control_character(file: SourceFile, offset: int) -> Problem:
    character = file.text[offset]
    code = "KM107" if character in _LINE_SEPARATORS else "KM101"
    return Problem(
        code,
        f"control character U+{ord(character):04X} in the file",
        Span(file, offset, offset + 1),
        help="remove the character; editors show it with invisible characters switched on",
    )
