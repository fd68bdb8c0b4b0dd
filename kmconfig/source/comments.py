"""The comments of a file, which the parser's events do not carry."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from kmconfig.source.span import SourceFile, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A ``#`` at the start of a line or behind a blank, to the end of the line (YAML 1.2.2, 6.6).
_COMMENT = re.compile(r"(?<![^ \t\r\n])#[^\r\n]*")


def comments(file: SourceFile) -> Iterator[Span]:
    """Each comment of a parsed file from its ``#`` to the end of its line, in order.

    Behind a syntax error nothing is parsed, so a ``#`` in a scalar there counts as a comment.
    """
    blockers = sorted(file.comment_blockers)
    found = _COMMENT.search(file.text)
    while found is not None:
        index = bisect_right(blockers, (found.start(), len(file.text))) - 1
        end = blockers[index][1] if index >= 0 else 0
        if found.start() >= end:
            end = found.end()
            yield Span(file, found.start(), end)
        found = _COMMENT.search(file.text, end)
