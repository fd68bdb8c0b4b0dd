"""What fixes would change, as a unified diff. Secret text in it is masked as in code frames."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from kmconfig.report.escape import for_terminal
from kmconfig.report.frames import masked_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.report.style import Style
    from kmconfig.source.span import SourceFile

_CONTEXT = 3
_LONGEST_LINE = 10_000


def lint_diff(before: SourceFile, after: SourceFile, *, style: Style) -> Iterator[str]:
    """The lines of the diff from one text of a file to another, both as the linter read them."""
    old, new = _lines(before), _lines(after)
    path = for_terminal(before.path)
    yield style("bold", f"--- {path}")
    yield style("bold", f"+++ {path}")
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(_CONTEXT):
        spans = _range(group[0][1], group[-1][2]), _range(group[0][3], group[-1][4])
        yield style("frame", f"@@ -{spans[0]} +{spans[1]} @@")
        for tag, first, last, new_first, new_last in group:
            if tag == "equal":
                for number, new_number in zip(range(first, last), range(new_first, new_last), strict=True):
                    yield from _equal(before, after, number, new_number)
                continue
            for number in range(first, last):
                yield from _line("-", before, number, style, "bad")
            for number in range(new_first, new_last):
                yield from _line("+", after, number, style, "good")


def _equal(before: SourceFile, after: SourceFile, number: int, new_number: int) -> Iterator[str]:
    """A line of both texts, with what either of them takes for a secret masked."""
    text, plain = masked_line(before, number + 1), before.line(number + 1)
    if text == plain:
        text = masked_line(after, new_number + 1)
    yield f" {_shown(text)}"
    yield from _without_end(before, number)


def _line(sign: str, file: SourceFile, number: int, style: Style, role: str) -> Iterator[str]:
    yield style(role, f"{sign}{_shown(masked_line(file, number + 1))}")
    yield from _without_end(file, number)


def _without_end(file: SourceFile, number: int) -> Iterator[str]:
    if number == len(file.line_starts) - 1:
        yield "\\ No newline at end of file"


def _shown(text: str) -> str:
    """Tabs stay, so that the diff can be applied; they do nothing to a terminal."""
    cut = text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}…"
    return "\t".join(for_terminal(part) for part in cut.split("\t"))


def _lines(file: SourceFile) -> list[str]:
    starts = [*file.line_starts, len(file.text)]
    lines = [file.text[start:end] for start, end in pairwise(starts)]
    return lines if lines[-1] else lines[:-1]


def _range(start: int, stop: int) -> str:
    """A range of lines as a unified diff writes it."""
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"
