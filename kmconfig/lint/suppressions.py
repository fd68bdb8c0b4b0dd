"""``# kmconfig: ignore[KM203, no-encryption] reason until=2027-03-31`` in a file.

It stands at the end of a line that a finding labels, or alone on the line above.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from kmconfig.source.comments import comments
from kmconfig.source.span import SourceFile, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = "kmconfig:"
_START = re.compile(r"#\s*kmconfig:")
_GRAMMAR = re.compile(r"#\s*kmconfig:\s*ignore\[(?P<rules>[^\]]*)\](?P<rest>.*)\Z")
_UNTIL = re.compile(r"(?:^|\s)until=(?P<date>\S*)")


class Named:
    """One rule named by a suppression, at its place; ``used`` once it has suppressed something."""

    __slots__ = ("span", "text", "used")

    def __init__(self, text: str, span: Span) -> None:
        self.text = text
        self.span = span
        self.used = False


class Suppression:
    """One comment. ``line`` is the line it covers, from 1. ``until`` is the date as written, or None."""

    __slots__ = ("line", "malformed", "reason", "rules", "span", "until")

    def __init__(self, span: Span, line: int) -> None:
        self.span = span
        self.line = line
        self.rules: list[Named] = []
        self.reason = ""
        self.until: str | None = None
        self.malformed = False

    def expired(self, today: date) -> bool:
        """Whether ``until`` has passed; the day itself still counts."""
        expiry = self.expiry
        return expiry is not None and expiry < today

    @property
    def expiry(self) -> date | None:
        """The date of ``until``, None where there is none or it is no date."""
        if self.until is None:
            return None
        try:
            return date.fromisoformat(self.until)
        except ValueError:
            return None


def may_suppress(file: SourceFile) -> bool:
    """Whether a file has to be looked through for suppressions."""
    return _MARK in file.text


def read_suppressions(file: SourceFile) -> Iterator[Suppression]:
    """The suppressions of a file, in order."""
    if not may_suppress(file):
        return
    for comment in comments(file):
        if _START.match(comment.text):
            yield _read(file, comment)


def _read(file: SourceFile, comment: Span) -> Suppression:
    suppression = Suppression(comment, _covered_line(file, comment))
    match = _GRAMMAR.match(comment.text)
    if match is None:
        suppression.malformed = True
        return suppression
    offset = comment.start + match.start("rules")
    for part in re.finditer(r"[^,]+", match["rules"]):
        name = part[0].strip()
        if name:
            start = offset + part.start() + part[0].index(name)
            suppression.rules.append(Named(name, Span(file, start, start + len(name))))
    suppression.malformed = not suppression.rules
    until = _UNTIL.search(match["rest"])
    suppression.until = until["date"] if until else None
    suppression.reason = _UNTIL.sub("", match["rest"]).strip()
    return suppression


def _covered_line(file: SourceFile, comment: Span) -> int:
    """The comment's own line, or the next line of settings if it stands alone."""
    line = comment.line
    if file.line(line).lstrip().startswith("#"):
        last = len(file.line_starts)
        while line < last and file.line(line).lstrip().startswith("#"):
            line += 1
    return line
