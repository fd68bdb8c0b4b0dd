"""Findings as Markdown for a comment on a pull request or a job's summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import SEVERITIES
from kmconfig.report.escape import for_markdown, markdown_code
from kmconfig.report.lint_text import concerned, plural, summary
from kmconfig.report.spot import spot
from kmconfig.report.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.finding import Located

#: GitHub refuses comments of 65,536 characters.
LONGEST = 65_000
#: Tables of more rows are folded.
_OPEN_ROWS = 10
#: What every line but the rows may take: headings, folds, and what says how many are missing.
_FRAME = 2_000
#: A text of a file that is longer is cut.
_LONGEST_TEXT = 400


def lint_markdown(outcome: Outcome, *, folder: str) -> Iterator[str]:
    """The report, line by line, at most :data:`LONGEST` characters.

    ``folder`` is the root relative to the repository.
    """
    yield f"### kmconfig lint: {summary(outcome, style=Style(enabled=False))}"
    if outcome.crashes:
        codes = ", ".join(sorted({crash.code for crash in outcome.crashes}))
        yield ""
        yield f"Not everything was checked: rules that failed themselves: {codes}."
    for reason, unchecked in outcome.unchecked().items():
        yield ""
        yield f"Not checked: {for_markdown(_cut(reason))} ({', '.join(unchecked)})"
    room = LONGEST - _FRAME
    for severity in SEVERITIES:
        findings = [finding for finding in outcome.findings if finding.severity == severity]
        rows: list[str] = []
        for finding in findings:
            row = _row(finding, folder)
            if len(row) + 1 > room:
                room = 0
                break
            room -= len(row) + 1
            rows.append(row)
        if findings:
            yield ""
            yield from _table(rows, total=len(findings), title=plural(len(findings), severity))


def _table(rows: list[str], *, total: int, title: str) -> Iterator[str]:
    folded = len(rows) > _OPEN_ROWS
    yield f"<details><summary>{title}</summary>" if folded else f"**{title}**"
    yield ""
    if rows:
        yield "| Place | Rule | Finding |"
        yield "|-|-|-|"
        yield from rows
    if len(rows) < total:
        yield ""
        yield f"… and {total - len(rows)} more"
    if folded:
        yield ""
        yield "</details>"


def _row(finding: Located, folder: str) -> str:
    place = spot(finding.place, folder)
    text = for_markdown(_cut(finding.message))
    if finding.help:
        text += f"<br>help: {for_markdown(_cut(finding.help))}"
    if finding.environments:
        text += f"<br>in {for_markdown(_cut(concerned(finding.environments)))}"
    path = markdown_code(f"{_cut(place.path)}:{place.line}")
    return f"| {path} | {finding.rule.code} {finding.rule.name} | {text} |"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
