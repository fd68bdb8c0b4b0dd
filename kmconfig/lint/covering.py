"""Which findings the suppressions in the files cover, and which suppressions covered something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.suppressions import read_suppressions

if TYPE_CHECKING:
    from datetime import date

    from kmconfig.lint.finding import Located
    from kmconfig.lint.rule import Rule
    from kmconfig.lint.suppressions import Suppression
    from kmconfig.source.span import SourceFile, Span


class Covering:
    """The suppressions of all files that findings label, each file read once."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._by_file: dict[str, list[Suppression]] = {}
        self._by_line: dict[tuple[str, int], list[Suppression]] = {}

    def of(self, file: SourceFile) -> list[Suppression]:
        """The suppressions of a file, in order."""
        known = self._by_file.get(file.path)
        if known is None:
            known = self._by_file[file.path] = list(read_suppressions(file))
            for suppression in known:
                self._by_line.setdefault((file.path, suppression.line), []).append(suppression)
        return known

    def covers(self, located: Located) -> bool:
        """Whether a suppression that has not expired covers a line that the finding labels.

        Every suppression that names the rule there counts as used, expired or not.
        """
        covered = False
        for place in (located.place, *located.related):
            if not self.of(place.span.file):
                continue
            for line in range(place.span.line, _last_line(place.span) + 1):
                for suppression in self._by_line.get((place.span.path, line), ()):
                    hit = _mark(suppression, located.rule)
                    covered = covered or (hit and not suppression.expired(self._today))
        return covered


def _mark(suppression: Suppression, rule: Rule) -> bool:
    hit = False
    for named in suppression.rules:
        if named.text.lower() in (rule.code.lower(), rule.name):
            named.used = hit = True
    return hit


def _last_line(span: Span) -> int:
    """A finding on a whole block is covered at its first line only; on a scalar, at each of its lines."""
    return span.end_line if "\n" not in span.text or not span.text.lstrip().startswith("-") else span.line
