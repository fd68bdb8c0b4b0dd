"""Linting in both ways, and everything that anybody can see of the result."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from kmconfig.environment.project import Project
from kmconfig.lint.conclude import Wish
from kmconfig.lint.engine import lint_loaded
from kmconfig.lint.fleet.run import is_fleet, lint_fleet
from kmconfig.report.lint_json import lint_document
from kmconfig.report.lint_sarif import sarif_document
from kmconfig.report.lint_text import lint_text
from kmconfig.report.style import Style

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kmconfig.lint.finding import Located, Place
    from kmconfig.lint.fleet.cache import Cache
    from kmconfig.lint.outcome import Outcome
    from kmconfig.source.span import Span

TODAY = date(2026, 11, 22)
WISH = Wish(today=TODAY)


def in_memory(root: Path, wish: Wish = WISH, *, overlay: Mapping[str, bytes] | None = None) -> Outcome:
    """Lint with every file in memory."""
    project = Project(root, overlay=dict(overlay or {}))
    project.load()
    return lint_loaded(project, wish)


def as_fleet(
    root: Path,
    wish: Wish = WISH,
    *,
    processes: int = 1,
    cache: Cache | None = None,
    overlay: Mapping[str, bytes] | None = None,
) -> Outcome:
    """Lint in chunks."""
    project = Project(root, overlay=dict(overlay or {}))
    locations = project.discover()
    assert is_fleet(locations)
    return lint_fleet(project, locations, wish, cache=cache, processes=processes)


def visible(outcome: Outcome) -> dict[str, Any]:
    """Everything that a user can see."""
    return {
        "findings": [_finding(found) for found in outcome.findings],
        "crashes": [tuple(crash) for crash in outcome.crashes],
        "skipped": [tuple(entry) for entry in outcome.skipped],
        "counts": (outcome.suppressed, outcome.baselined, outcome.fixed, outcome.files),
        "environments": outcome.environments,
        "text": list(lint_text(outcome, style=Style(enabled=False))),
        "json": json.loads(json.dumps(lint_document(outcome))),
        "sarif": json.loads(json.dumps(sarif_document(outcome, folder="", category="kmconfig/"))),
    }


def _finding(found: Located) -> dict[str, Any]:
    fix = found.fix
    return {
        **found._asdict(),
        "rule": found.rule.code,
        "place": _place(found.place),
        "related": [_place(place) for place in found.related],
        "fix": None if fix is None else (fix.title, fix.safe, [(_span(edit.span), edit.text) for edit in fix.edits]),
    }


def _place(place: Place) -> tuple[Any, ...]:
    return (_span(place.span), place.text)


def _span(span: Span) -> tuple[Any, ...]:
    return (span.path, span.start, span.end, span.line, span.column, span.end_line, span.end_column, span.text)
