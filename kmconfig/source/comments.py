"""The comments of a file, which the parser's events do not carry."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from kmconfig.source.span import SourceFile, Span

if TYPE_CHECKING:
    from collections.abc import Iterator


def comments(file: SourceFile) -> Iterator[Span]:
    """Each comment of a parsed file from its ``#`` to the end of its line, in order.

    A ``#`` starts a comment at the start of a line or behind a blank, outside of scalars (YAML 1.2.2, 6.6).
    """
    text = file.text
    blockers = sorted(file.comment_blockers)
    starts = [start for start, _ in blockers]
    position = text.find("#")
    while position >= 0:
        index = bisect_right(starts, position) - 1
        if index >= 0 and position < blockers[index][1]:
            position = text.find("#", blockers[index][1])
            continue
        if position and text[position - 1] not in " \t\r\n":
            position = text.find("#", position + 1)
            continue
        end = _line_end(text, position)
        yield Span(file, position, end)
        position = text.find("#", end)


def _line_end(text: str, position: int) -> int:
    ends = [end for end in (text.find("\n", position), text.find("\r", position)) if end >= 0]
    return min(ends, default=len(text))
