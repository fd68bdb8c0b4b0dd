"""Reads a `.env` exactly as vlucas/phpdotenv 5.4.1 and later do when Laravel loads it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmconfig.targets.dotenv.conversion import laravel_env
from kmconfig.targets.dotenv.lines import LINE_BREAK, is_comment_or_blank, logical_lines
from kmconfig.targets.dotenv.syntax import DotenvSyntaxError, parse_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.targets.dotenv.lines import LogicalLine
    from kmconfig.targets.dotenv.syntax import ParsedLine

BYTE_ORDER_MARK = "\ufeff"
LONGEST_VALUE = 1 << 20
LARGEST_TOTAL = 1 << 24
MOST_REFERENCES = 4096

_REFERENCE = re.compile(r"\$\{([a-zA-Z0-9_.]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One assignment of the file.

    ``value`` is the text after quotes, escapes and `${NAME}`; None where a name stands without `=`, which
    clears the variable. ``start`` to ``end`` is the whole entry without its line break, ``next`` the
    offset behind that break; ``value_start`` to ``value_end`` is the written value with its quotes, without a
    comment behind it. Offsets count code points of the text, lines from 1.
    """

    key: str
    value: str | None = field(repr=False)
    exported: bool
    has_references: bool
    line: int
    start: int
    end: int
    next: int
    value_start: int
    value_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SwallowedLines:
    """Lines ``first`` to ``last`` look alive but are not read, because line ``line`` opens a `="` and leaves it open.

    ``start`` and ``end`` are their offsets. A value that is never closed is itself among them.
    """

    line: int
    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DotenvFile:
    """A `.env` as the application sees it. Its repr shows no values."""

    text: str = field(repr=False)
    entries: tuple[Entry, ...]
    swallowed: tuple[SwallowedLines, ...]
    environment: Mapping[str, str] = field(repr=False)
    _variables: Mapping[str, str] = field(repr=False)

    def value(self, key: str) -> str | None:
        """Return the text of ``key`` after dotenv; the process environment wins. None: not defined."""
        shadow = self.environment.get(key)
        return self._variables.get(key) if shadow is None else shadow

    def laravel(self, key: str) -> str | bool | None:
        """Return what the application's ``env(key)`` returns; None means null or not defined."""
        return laravel_env(self.value(key))

    def occurrences(self, key: str) -> tuple[Entry, ...]:
        """Return every entry of ``key``, in the order of the file; the last one counts."""
        return tuple(entry for entry in self.entries if entry.key == key)

    def shadowed(self) -> tuple[str, ...]:
        """Return the keys of the file whose value comes from the process environment instead, sorted."""
        return tuple(sorted({entry.key for entry in self.entries} & self.environment.keys()))


def decode(data: bytes) -> str:
    """Return the text of a `.env`; bytes that are not UTF-8 survive until :func:`encode`."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Return the bytes of a text that came from :func:`decode`."""
    return text.encode("utf-8", "surrogateescape")


def parse(text: str, *, environment: Mapping[str, str] | None = None) -> DotenvFile:
    """Read ``text``, the decoded bytes of a `.env`.

    ``environment`` is the environment of the application's process: its variables beat the file's, in
    values and in references, as with Laravel's immutable repository.

    :raises DotenvSyntaxError: phpdotenv refuses the file as a whole.
    """
    variables: dict[str, str] = {}
    surroundings = dict(environment or {})
    total = 0
    parsed, swallowed = _parse_lines(text)
    entries = []
    for line, part in parsed:
        value = None
        if part.chars is not None:
            value = _resolve(part, surroundings, variables, line=line.line)
            total += len(value)
        if total > LARGEST_TOTAL:
            raise _too_large(line.line)
        if value is None:
            variables.pop(part.name, None)
        else:
            variables[part.name] = value
        entries.append(_entry(line, part, value))
    return DotenvFile(
        text=text,
        entries=tuple(entries),
        swallowed=tuple(swallowed),
        environment=surroundings,
        _variables=variables,
    )


def _parse_lines(text: str) -> tuple[list[tuple[LogicalLine, ParsedLine]], list[SwallowedLines]]:
    parsed = []
    swallowed = []
    for line in logical_lines(text, 1 if text.startswith(BYTE_ORDER_MARK) else 0):
        content = text[line.start : line.end]
        if is_comment_or_blank(content):
            swallowed.append(_swallowed_behind(text, line, line.start))
        elif line.open:
            swallowed.append(_swallowed(line, first=line.line, start=line.start))
        else:
            part = parse_line(content, offset=line.start, line=line.line)
            parsed.append((line, part))
            swallowed.append(_swallowed_behind(text, line, part.value_end))
    return parsed, [lines for lines in swallowed if lines is not None]


def _swallowed_behind(text: str, line: LogicalLine, read_to: int) -> SwallowedLines | None:
    """Return the physical lines of ``line`` behind the one in which reading ended, if there are any."""
    if line.line == line.last_line:
        return None
    breaks = list(LINE_BREAK.finditer(text, line.start, line.end))
    unread = [found.end() for found in breaks if found.start() >= read_to]
    if not unread:
        return None
    return _swallowed(line, first=line.last_line - len(unread) + 1, start=unread[0])


def _swallowed(line: LogicalLine, *, first: int, start: int) -> SwallowedLines:
    return SwallowedLines(line=line.line, first=first, last=line.last_line, start=start, end=line.end)


def _entry(line: LogicalLine, part: ParsedLine, value: str | None) -> Entry:
    return Entry(
        key=part.name,
        value=value,
        exported=part.exported,
        has_references=bool(part.references),
        line=line.line,
        start=line.start,
        end=line.end,
        next=line.next,
        value_start=part.value_start,
        value_end=part.value_end,
    )


def _resolve(part: ParsedLine, environment: Mapping[str, str], variables: Mapping[str, str], *, line: int) -> str:
    """Replace `${NAME}` from right to left, as phpdotenv does, so that names may be put together."""
    chars = part.chars or ""
    if len(part.references) > MOST_REFERENCES:
        raise _too_large(line)
    for position in reversed(part.references):
        found = _REFERENCE.match(chars, position)
        if found is None:
            continue
        value = environment.get(found[1], variables.get(found[1]))
        if value is None:
            continue
        chars = chars[:position] + value + chars[found.end() :]
        if len(chars) > LONGEST_VALUE:
            raise _too_large(line)
    return chars


def _too_large(line: int) -> DotenvSyntaxError:
    """PHP has no such limits of its own; it runs out of memory or time instead."""
    return DotenvSyntaxError(
        "makes the values too large by its `${…}` references",
        line=line,
        help="write the value out instead of building it from other keys",
    )
