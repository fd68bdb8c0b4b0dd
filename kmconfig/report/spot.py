"""Where a finding stands, for platforms that know repositories and show findings beside one line."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmconfig.lint.finding import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A range of one line. Lines and columns count from 1, columns in code points; ``end_column`` is exclusive.

    ``path`` is relative to the repository, ``text`` says what the range has to do with the finding.
    """

    path: str
    line: int
    column: int
    end_column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


def spot(place: Place, folder: str) -> Spot:
    """The first line of a place. ``folder`` is the root relative to the repository, empty where both are the same."""
    span = place.span
    line, column = span.file.position(span.start)
    end_line, end_column = span.file.position(span.end)
    if end_line != line:
        end_column = len(span.file.line(line)) + 1
    return Spot(
        path=posixpath.normpath(posixpath.join(folder, span.path)),
        line=line,
        column=column,
        end_column=max(column, end_column),
        text=place.text,
    )
