"""Findings as workflow commands of GitHub Actions: annotations beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.report.escape import for_annotation, for_annotation_property, for_terminal
from kmconfig.report.lint_text import concerned
from kmconfig.report.spot import spot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.finding import Located

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def lint_github(outcome: Outcome, *, folder: str) -> Iterator[str]:
    """One command a finding. ``folder`` is the root relative to the repository.

    GitHub shows ten of each severity for a step, so the text format belongs beside it.
    """
    for finding in outcome.findings:
        yield _command(finding, folder)
    for reason, codes in outcome.unchecked().items():
        title = for_annotation_property(f"not checked: {', '.join(codes)}")
        yield f"::warning title={title}::{for_annotation(for_terminal(reason))}"


def _command(finding: Located, folder: str) -> str:
    place = spot(finding.place, folder)
    properties = {
        "file": place.path,
        "line": str(place.line),
        "endLine": str(place.line),
        "col": str(place.column),
        "endColumn": str(place.end_column),
        "title": f"{finding.rule.code} {finding.rule.name}",
    }
    listed = ",".join(f"{name}={for_annotation_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{for_annotation(_message(finding, folder))}"


def _message(finding: Located, folder: str) -> str:
    lines = [finding.message]
    if finding.help:
        lines.append(f"help: {finding.help}")
    lines += (f"{place}: {place.text}" for place in (spot(related, folder) for related in finding.related))
    if finding.environments:
        lines.append(f"in {concerned(finding.environments)}")
    return "\n".join(for_terminal(line) for line in lines)
