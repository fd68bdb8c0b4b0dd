"""A comparison as a comment on a pull request: one that can be updated in place, and that says nothing by accident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig.lint.finding import Place
from kmconfig.report.diff_sentences import code, cut, sentence
from kmconfig.report.diff_words import NOTHING, counts, told, value_text
from kmconfig.report.escape import for_markdown
from kmconfig.report.lint_markdown import LONGEST
from kmconfig.report.lint_text import concerned, plural
from kmconfig.report.spot import spot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kmconfig.report.diff_words import Told
    from kmconfig.report.permalink import Permalinks
    from kmconfig.review.model import Change, EnvironmentReview, Group, Review, Risk, SharedChange, SharedRisk
    from kmconfig.source.span import Span

MARKER = "<!-- kmconfig-diff -->"
"""The first line of every comment, by which the next run finds the one to update."""

#: What the line about what was cut may take.
_LAST_LINE = 400
_MOST_NOTES = 10
#: Of more findings the table is folded.
_OPEN_ROWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A title, columns, and ``count`` rows, escaped when somebody takes them. A folded one opens on request.

    ``noun`` is what a row is.
    """

    title: str
    noun: str
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
    yield f"{for_markdown(cut(review.base))} → {for_markdown(cut(review.head))}"
    notes = [*review.notes, *(f"rule {code} failed itself: not everything was checked" for code in review.crashed)]
    for note in notes[:_MOST_NOTES]:
        yield ""
        yield f"Note: {sentence(note)}"
    if len(notes) > _MOST_NOTES:
        yield ""
        yield f"Note: and {plural(len(notes) - _MOST_NOTES, 'more note')}, which `kmconfig diff` shows"


def _fitting(tables: Iterable[Table], room: int) -> Iterator[str]:
    """As many rows as there is room for, in order, and how many of what there are beside."""
    missing: dict[str, int] = {}
    for table in tables:
        before, after = table.frame
        rows, left = _taken(table.rows, room - sum(len(line) + 1 for line in (*before, *after)))
        if len(rows) < table.count:
            missing[table.noun] = missing.get(table.noun, 0) + table.count - len(rows)
        room = left if len(rows) == table.count else 0
        if rows:
            yield from before
            yield from rows
            yield from after
    if missing:
        yield ""
        rows_cut = ", ".join(plural(count, noun) for noun, count in missing.items())
        yield f"**This comment was cut**: {rows_cut} would not fit. `kmconfig diff` shows them all."


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
        noted = [environment for environment in review.environments if environment.note]
        few = len(noted) <= _OPEN_ROWS
        first = [environment for environment in noted if few or environment.risks]
        yield from self._whole("Environments", first, folded=False)
        for group in review.groups:
            grave = [shared for shared in group.changes if shared.severity in _GRAVE]
            yield from self._group(group, grave, folded=False)
        if review.project:
            rows = (self._row(change, _plain(change.risks)) for change in review.project)
            yield Table(title="Project", noun="project change", columns=_COLUMNS, rows=rows, count=len(review.project))
        yield from self._findings(review, "new", open_rows=_OPEN_ROWS)
        others = [environment for environment in noted if not few and not environment.risks]
        yield from self._whole("More environments", others, folded=True)
        for group in review.groups:
            rest = [shared for shared in group.changes if shared.severity not in _GRAVE]
            yield from self._group(group, rest, folded=True)
        yield from self._findings(review, "fixed")
        yield from self._findings(review, "hidden")

    def _whole(self, title: str, found: Sequence[EnvironmentReview], *, folded: bool) -> Iterator[Table]:
        """What became of environments as a whole."""
        if found:
            rows = (
                f"| {code(environment.name)} | {sentence(environment.note)} | {_cell(_plain(environment.risks))} |"
                for environment in found
            )
            columns = ("Environment", "What", "What it means")
            yield Table(title=title, noun="environment", columns=columns, rows=rows, count=len(found), folded=folded)

    def _group(self, group: Group, changes: Sequence[SharedChange], *, folded: bool) -> Iterator[Table]:
        if changes:
            what = "change" if len(changes) == len(group.changes) or not folded else "more change"
            title = f"{_title(concerned(group.environments))}: {plural(len(changes), what)}"
            rows = (self._row(shared.change, _shared(shared.risks)) for shared in changes)
            noun = "minor change" if folded else "grave change"
            yield Table(title=title, noun=noun, columns=_COLUMNS, rows=rows, count=len(changes), folded=folded)

    def _row(self, change: Change, risks: Sequence[tuple[str, str]]) -> str:
        setting = code(change.setting)
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
            folded = len(found) > open_rows
            noun = f"{kind} finding"
            yield Table(title=title, noun=noun, columns=columns, rows=rows, count=len(found), folded=folded)

    def _finding(self, entry: Told, *, linked: bool) -> str:
        finding = entry.finding
        text = sentence(finding.message)
        if finding.help:
            text += f"<br>help: {sentence(finding.help)}"
        if entry.environments:
            text += f"<br>in {for_markdown(cut(concerned(entry.environments)))}"
        place = self._place(finding.place.span, linked=linked)
        return f"| {place} | {finding.severity} {finding.rule.code} {finding.rule.name} | {text} |"

    def _place(self, span: Span, *, linked: bool = True) -> str:
        where = spot(Place(span), self._folder)
        shown = code(f"{cut(where.path)}:{where.line}")
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
    return "<br>".join(f"**{severity}**: {sentence(text)}" for severity, text in risks)


def _value(data: object) -> str:
    return NOTHING if data is None else code(value_text(data))


def _title(text: str) -> str:
    """Text for a title, which may stand in HTML, where backticks make no code."""
    return for_markdown(cut(text).replace("`", "'"))
