"""Physical lines gathered into logical ones, by phpdotenv's own rule.

phpdotenv decides where a multi-line value ends before it knows what is a comment or a single quote: a line
that holds ``="`` and no second double quote takes in the lines after it, up to one that holds a double quote.
That also happens in comments, and then live lines vanish without a word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PHP_TRIM = " \n\r\t\v\0"
LINE_BREAK = re.compile(r"\r\n|\n|\r")

_CLOSING_QUOTE = re.compile(r'(?=[^\\]")')


class LogicalLine(NamedTuple):
    """One or more physical lines that phpdotenv reads as one.

    ``start`` and ``end`` are offsets without the last line break, ``next`` is the offset behind it.
    ``line`` and ``last_line`` count from 1. An ``open`` line never found its closing quote and is dropped.
    """

    start: int
    end: int
    next: int
    line: int
    last_line: int
    open: bool


class PhysicalLine(NamedTuple):
    """A line as an editor shows it; ``next`` is the offset behind its line break."""

    start: int
    end: int
    next: int


def physical_lines(text: str, start: int = 0) -> Iterator[PhysicalLine]:
    """Yield the lines of ``text`` from ``start`` on, ended by ``\\r\\n``, ``\\n`` or ``\\r``."""
    for found in LINE_BREAK.finditer(text, start):
        yield PhysicalLine(start, found.start(), found.end())
        start = found.end()
    yield PhysicalLine(start, len(text), len(text))


def logical_lines(text: str, start: int = 0) -> Iterator[LogicalLine]:
    """Yield what phpdotenv takes for lines, comments and blank ones too, in order."""
    begun: PhysicalLine | None = None
    begun_at = 0
    number = 0
    line = PhysicalLine(start, start, start)
    for number, line in enumerate(physical_lines(text, start), start=1):
        content = text[line.start : line.end]
        starts = _starts_value(content)
        if begun is None:
            if not starts:
                yield LogicalLine(*line, number, number, open=False)
                continue
            begun, begun_at = line, number
        if _ends_value(content, needed=2 if starts else 1):
            yield LogicalLine(begun.start, line.end, line.next, begun_at, number, open=False)
            begun = None
    if begun is not None:
        yield LogicalLine(begun.start, line.end, line.next, begun_at, number, open=True)


def is_comment_or_blank(content: str) -> bool:
    """Say whether phpdotenv skips this logical line."""
    trimmed = content.strip(PHP_TRIM)
    return not trimmed or trimmed.startswith("#")


def _starts_value(content: str) -> bool:
    return '="' in content and not _ends_value(content, needed=2)


def _ends_value(content: str, *, needed: int) -> bool:
    if content == '"':
        return True
    quotes = _CLOSING_QUOTE.finditer(content.replace("\\\\", ""))
    return sum(1 for _ in quotes) >= needed
