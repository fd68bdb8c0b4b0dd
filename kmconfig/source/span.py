"""Where a piece of text stands in a file."""

from __future__ import annotations

import re
from bisect import bisect_right

_LINE_END = re.compile(r"\r\n|\r|\n")


class SourceFile:
    """The text of one file under its path relative to the root, as people write it.

    Lines end with ``\\n``, ``\\r\\n`` or ``\\r``. Offsets count code points from 0, lines and columns from 1.
    """

    __slots__ = ("_starts", "comment_blockers", "path", "sensitive", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts: list[int] | None = None
        #: ranges of scalars that hold a ``#``, which therefore starts no comment
        self.comment_blockers: list[tuple[int, int]] = []
        #: ranges whose text must never be shown
        self.sensitive: list[tuple[int, int]] = []

    @property
    def line_starts(self) -> list[int]:
        """The offset at which each line starts."""
        if self._starts is None:
            self._starts = _line_starts(self.text)
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line without its line end."""
        starts = self.line_starts
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def line_span(self, number: int) -> Span:
        """The span of a whole line, without its line end."""
        start = self.line_starts[number - 1]
        return Span(self, start, start + len(self.line(number)))

    def __repr__(self) -> str:
        return f"SourceFile({self.path!r})"


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


class Span:
    """A range of a file: offsets, and line and column worked out when somebody asks."""

    __slots__ = ("end", "file", "start")

    def __init__(self, file: SourceFile, start: int, end: int) -> None:
        self.file = file
        self.start = start
        self.end = end

    @property
    def path(self) -> str:
        """The file's path relative to the root."""
        return self.file.path

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.file.position(self.start)[0]

    @property
    def column(self) -> int:
        """Column of the first character in code points, from 1."""
        return self.file.position(self.start)[1]

    @property
    def end_line(self) -> int:
        """Line of the first character after the range."""
        return self.file.position(self.end)[0]

    @property
    def end_column(self) -> int:
        """Column of the first character after the range."""
        return self.file.position(self.end)[1]

    @property
    def text(self) -> str:
        """The text of the range, as written."""
        return self.file.text[self.start : self.end]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Span):
            return NotImplemented
        return (self.path, self.start, self.end) == (other.path, other.start, other.end)

    def __hash__(self) -> int:
        return hash((self.path, self.start, self.end))

    def __str__(self) -> str:
        line, column = self.file.position(self.start)
        return f"{self.path}:{line}:{column}"

    __repr__ = __str__


class Label:
    """A span with what it has to do with the finding."""

    __slots__ = ("span", "text")

    def __init__(self, span: Span, text: str = "") -> None:
        self.span = span
        self.text = text
