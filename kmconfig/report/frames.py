"""Code frames: the lines a finding labels, with carets under them. Secret text in them is never shown."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmconfig.lint.finding import Place
    from kmconfig.report.style import Style
    from kmconfig.source.span import SourceFile

_WIDTH = 140
_RECOGNISABLE = 8
_MASK = "••••••••"
# Possessive throughout, so that a hostile line of a megabyte costs no more than reading it.
_KEY = re.compile(r"(?<![\w.-])(?P<name>[\w.-]++)[\"']?\s*+:\s*+(?=[^\s#{])")
_SECRET_NAME = re.compile(
    r"pass(?:word|wd|phrase)|secret|token|credential|(?:api|private|signing)[_-]?key", re.IGNORECASE
)


def render(places: Sequence[Place], *, severity: str, style: Style) -> Iterator[str]:
    """The lines of the frames of one finding; the first place is the primary one."""
    primary = places[0]
    gutter = max(len(str(place.span.line)) for place in places)
    paths = list(dict.fromkeys(place.span.path for place in places))
    for path in paths:
        here = [place for place in places if place.span.path == path]
        arrow = "-->" if path == primary.span.path else ":::"
        yield f"{' ' * gutter}{style('frame', arrow)} {for_terminal(str(here[0].span))}"
        if here[0].span.file.text:
            yield from _frame(here, primary, gutter=gutter, severity=severity, style=style)


def _frame(here: list[Place], primary: Place, *, gutter: int, severity: str, style: Style) -> Iterator[str]:
    bar = style("frame", "|")
    yield f"{' ' * gutter} {bar}"
    previous, printed = 0, ""
    for place in sorted(here, key=lambda place: (place.span.line, place is not primary)):
        span = place.span
        line = span.line
        if previous and line > previous + 1:
            yield f"{' ' * gutter} {style('frame', '⋮')}"
        text, start, end = _shown(span.file, line, span.column - 1, _end_column(place))
        if line != previous or text != printed:
            yield f"{style('frame', str(line).rjust(gutter))} {bar} {for_terminal(text)}"
        previous, printed = line, text
        role, mark = (severity, "^") if place is primary else ("frame", "-")
        carets = mark * max(1, _columns(text[start:end]))
        note = f" {for_terminal(place.text)}" if place.text else ""
        yield f"{' ' * gutter} {bar} {' ' * _columns(text[:start])}{style(role, carets + note)}"


def masked_line(file: SourceFile, line: int) -> str:
    """A line, counted from 1, without its line end and with each secret as a mask."""
    return _masked(file, line, 0, 0)[0]


def _end_column(place: Place) -> int:
    span = place.span
    return span.end_column - 1 if span.end_line == span.line else len(span.file.line(span.line))


def _shown(file: SourceFile, line: int, start: int, end: int) -> tuple[str, int, int]:
    """The line without secret text, cut around the label where it is long, and the label's columns in it."""
    text, start, end = _masked(file, line, start, end)
    text = text.replace("\t", " ")
    if len(text) <= _WIDTH:
        return text, start, end
    first = max(0, start - _WIDTH // 3)
    cut = text[first : first + _WIDTH]
    lead, tail = ("…" if first else ""), ("…" if first + _WIDTH < len(text) else "")
    shift = len(lead) - first
    return f"{lead}{cut}{tail}", start + shift, min(end + shift, len(lead) + len(cut))


def _masked(file: SourceFile, line: int, start: int, end: int) -> tuple[str, int, int]:
    """The line with each secret as a mask of one length, so that not even a secret's length shows."""
    text = file.line(line)
    for first, last in reversed(_secret_ranges(file, line, text)):
        text = text[:first] + _MASK + text[last:]
        start, end = (_moved(column, first, last) for column in (start, end))
    return text, start, end


def _moved(column: int, first: int, last: int) -> int:
    """Where a column of the line stands once the range from ``first`` to ``last`` is masked."""
    if column <= first:
        return column
    return first + len(_MASK) if column <= last else column + len(_MASK) - (last - first)


def _secret_ranges(file: SourceFile, line: int, text: str) -> list[tuple[int, int]]:
    """Columns of secret text in a line, from 0, in order and apart from each other."""
    offset = file.line_starts[line - 1]
    found = [(max(begin - offset, 0), min(finish - offset, len(text))) for begin, finish in file.sensitive]
    found += [(at, at + len(secret)) for secret in _secret_texts(file) for at in _everywhere(secret, text)]
    secret = next((match for match in _KEY.finditer(text) if _SECRET_NAME.search(match["name"])), None)
    if secret is not None:
        found.append((secret.end(), len(text)))
    ranges: list[tuple[int, int]] = []
    for first, last in sorted(found):
        if first >= last:
            continue
        if ranges and first <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(last, ranges[-1][1]))
        else:
            ranges.append((first, last))
    return ranges


def _secret_texts(file: SourceFile) -> set[str]:
    """What has been found to be secret in a file, without its quotes, where it is long enough to be recognised."""
    texts = {file.text[start:end].strip("\"' \t\r\n") for start, end in file.sensitive}
    return {text for text in texts if len(text) >= _RECOGNISABLE}


def _everywhere(needle: str, text: str) -> Iterator[int]:
    at = text.find(needle)
    while at >= 0:
        yield at
        at = text.find(needle, at + 1)


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if not character.isprintable():
        return len(for_terminal(character)) if for_terminal(character) != character else 0
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
