"""A comparison as a comment on a pull request: one that can be updated in place, and that says nothing by accident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig.lint.finding import Place
from kmconfig.report.diff_words import NOTHING, counts, told, value_text
from kmconfig.report.escape import for_markdown, markdown_code
from kmconfig.report.lint_markdown import LONGEST
from kmconfig.report.lint_text import concerned, plural
from kmconfig.report.spot import spot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kmconfig.report.diff_words import Told
    from kmconfig.report.permalink import Permalinks
    from kmconfig.review.model import Change, Group, Review, Risk, SharedChange, SharedRisk
    from kmconfig.source.span import Span

MARKER = "<!-- kmconfig-diff -->"
"""The first line of every comment, by which the next run finds the one to update."""

#: What the line about what was cut may take.
_LAST_LINE = 200
_LONGEST_TEXT = 400
_MOST_NOTES = 10
#: Of more findings the table is folded.
_OPEN_ROWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A title, columns, and ``count`` rows, escaped when somebody takes them. A folded one opens on request."""

    title: str
    columns: tuple[str, ...]
    rows: Iterable[str]
    count: int
    folded: bool = False

    @property
    def frame(self) -> tuple[list[str], list[str]]:
        """The lines before and after the rows."""
        head = f"<details><summary>{self.title}</summary>" if self.folded else f"**{self.title}**"
        columns = [f"| {' | '.join(self.columns)} |", f"|{'-|' * len(self.columns)}"]
        return ["", head, "", *columns], ["", "</details>"] if self.folded else []


def diff_markdown(review: Review, *, folder: str = "", links: Permalinks | None = None) -> Iterator[str]:
    """The comment, line by line, at most :data:`kmconfig.report.lint_markdown.LONGEST` characters.

    ``folder`` is the root relative to the repository, ``links`` make links to lines after the change.
    """
    head = [*_head(review)]
    yield from head
    room = LONGEST - _LAST_LINE - sum(len(line) + 1 for line in head)
    yield from _fitting(_Page(folder, links).tables(review), room)


def _head(review: Review) -> Iterator[str]:
    yield MARKER
    yield f"### kmconfig: {', '.join(counts(review))}"
    yield ""
    yield f"{for_markdown(_cut(review.base))} → {for_markdown(_cut(review.head))}"
    notes = [*review.notes, *(f"rule {code} failed itself: not everything was checked" for code in review.crashed)]
    for note in notes[:_MOST_NOTES]:
        yield ""
        yield f"Note: {for_markdown(_cut(note))}"


def _fitting(tables: Iterable[Table], room: int) -> Iterator[str]:
    """As many rows as there is room for, in order, and how many there are beside."""
    missing = 0
    for table in tables:
        before, after = table.frame
        rows, left = _taken(table.rows, room - sum(len(line) + 1 for line in (*before, *after)))
        missing += table.count - len(rows)
        room = left if len(rows) == table.count else 0
        if rows:
            yield from before
            yield from rows
            yield from after
    if missing:
        yield ""
        yield f"This comment was cut: {plural(missing, 'row')} would not fit. `kmconfig diff` shows them all."


def _taken(rows: Iterable[str], room: int) -> tuple[list[str], int]:
    """The first rows that there is room for, and what room is left."""
    taken: list[str] = []
    for row in rows if room > 0 else ():
        if len(row) + 1 > room:
            break
        room -= len(row) + 1
        taken.append(row)
    return taken, room


class _Page:
    """Makes the tables of a comment."""

    def __init__(self, folder: str, links: Permalinks | None) -> None:
        self._folder = folder
        self._links = links

    def tables(self, review: Review) -> Iterator[Table]:
        """What matters first."""
        yield from self._whole(review)
        for group in review.groups:
            grave = [shared for shared in group.changes if shared.severity in _GRAVE]
            yield from self._group(group, grave, folded=False)
        if review.project:
            rows = (self._row(change, _plain(change.risks)) for change in review.project)
            yield Table(title="Project", columns=_COLUMNS, rows=rows, count=len(review.project))
        yield from self._findings(review, "new", open_rows=_OPEN_ROWS)
        for group in review.groups:
            rest = [shared for shared in group.changes if shared.severity not in _GRAVE]
            yield from self._group(group, rest, folded=True)
        yield from self._findings(review, "fixed")
        yield from self._findings(review, "hidden")

    def _whole(self, review: Review) -> Iterator[Table]:
        """What became of environments as a whole."""
        found = [environment for environment in review.environments if environment.note]
        if found:
            rows = (
                f"| {markdown_code(_cut(environment.name))} | {for_markdown(_cut(environment.note))} |"
                f" {_cell(_plain(environment.risks))} |"
                for environment in found
            )
            columns = ("Environment", "What", "What it means")
            yield Table(title="Environments", columns=columns, rows=rows, count=len(found))

    def _group(self, group: Group, changes: Sequence[SharedChange], *, folded: bool) -> Iterator[Table]:
        if changes:
            noun = "change" if len(changes) == len(group.changes) or not folded else "more change"
            title = f"{_title(concerned(group.environments))}: {plural(len(changes), noun)}"
            rows = (self._row(shared.change, _shared(shared.risks)) for shared in changes)
            yield Table(title=title, columns=_COLUMNS, rows=rows, count=len(changes), folded=folded)

    def _row(self, change: Change, risks: Sequence[tuple[str, str]]) -> str:
        setting = markdown_code(_cut(change.setting))
        if change.place is not None:
            setting += f"<br>{self._place(change.place)}"
        before, after = (_value(data) for data in (change.before, change.after))
        if change.secret is not None and change.before is not None and change.after is not None:
            after += {"changed": "<br>another secret", "same": "<br>the same secret"}[change.secret]
        return f"| {setting} | {before} | {after} | {_cell(risks)} |"

    def _findings(self, review: Review, kind: str, *, open_rows: int = 0) -> Iterator[Table]:
        found = told(review, kind)
        if found:
            rows = (self._finding(entry, linked=kind == "new") for entry in found)
            title = f"{len(found)} {kind} {'finding' if len(found) == 1 else 'findings'}"
            columns = ("Place", "Rule", "Finding")
            yield Table(title=title, columns=columns, rows=rows, count=len(found), folded=len(found) > open_rows)

    def _finding(self, entry: Told, *, linked: bool) -> str:
        finding = entry.finding
        text = for_markdown(_cut(finding.message))
        if finding.help:
            text += f"<br>help: {for_markdown(_cut(finding.help))}"
        if entry.environments:
            text += f"<br>in {for_markdown(_cut(concerned(entry.environments)))}"
        place = self._place(finding.place.span, linked=linked)
        return f"| {place} | {finding.severity} {finding.rule.code} {finding.rule.name} | {text} |"

    def _place(self, span: Span, *, linked: bool = True) -> str:
        where = spot(Place(span), self._folder)
        shown = markdown_code(f"{_cut(where.path)}:{where.line}")
        return f"[{shown}]({self._links.to(where)})" if linked and self._links is not None else shown


_GRAVE = ("high", "medium")
_COLUMNS = ("Setting", "Before", "After", "What it means")


def _plain(risks: Sequence[Risk]) -> list[tuple[str, str]]:
    return [(risk.severity, risk.text) for risk in risks]


def _shared(risks: Sequence[SharedRisk]) -> list[tuple[str, str]]:
    """Risks with the environments that they are about where these are not all of the group."""
    named = [f" ({concerned(shared.environments)})" if shared.environments else "" for shared in risks]
    return [(shared.risk.severity, shared.risk.text + of) for shared, of in zip(risks, named, strict=True)]


def _cell(risks: Sequence[tuple[str, str]]) -> str:
    """Risks in a cell, one on a line."""
    return "<br>".join(f"**{severity}**: {for_markdown(_cut(text))}" for severity, text in risks)


def _value(data: object) -> str:
    return NOTHING if data is None else markdown_code(_cut(value_text(data)))


def _title(text: str) -> str:
    """Text for a title, which may stand in HTML, where backticks make no code."""
    return for_markdown(_cut(text).replace("`", "'"))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
