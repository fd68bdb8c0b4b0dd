"""Findings for machines: contract, section 5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.finding import Located, Place


def lint_document(outcome: Outcome) -> dict[str, Any]:
    """The document that `kmconfig lint --format json` prints (schema/findings.v1.schema.json)."""
    return {
        "version": 1,
        "findings": [_finding(finding) for finding in outcome.findings],
        "skipped": [*_failed(outcome), *_unchecked(outcome)],
        "summary": {
            "files": outcome.files,
            "environments": len(outcome.environments),
            "errors": outcome.count("error"),
            "warnings": outcome.count("warning"),
            "notes": outcome.count("note"),
            "suppressed": outcome.suppressed,
            "baselined": outcome.baselined,
        },
    }


def _finding(finding: Located) -> dict[str, Any]:
    span = finding.place.span
    return {
        "code": finding.rule.code,
        "name": finding.rule.name,
        "severity": finding.severity,
        "message": finding.message,
        "help": finding.help,
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "environments": list(finding.environments),
        "setting": finding.setting,
        "related": [_related(place) for place in finding.related],
        "fix": None if finding.fix is None else {"title": finding.fix.title, "safe": finding.fix.safe},
        "fingerprint": finding.fingerprint,
    }


def _related(place: Place) -> dict[str, Any]:
    span = place.span
    return {"path": span.path, "line": span.line, "column": span.column, "message": place.text}


def _failed(outcome: Outcome) -> Iterator[dict[str, str]]:
    for crash in outcome.crashes:
        yield {"code": crash.code, "reason": f"internal error: {crash.detail}"}


def _unchecked(outcome: Outcome) -> Iterator[dict[str, str]]:
    for reason, codes in outcome.unchecked().items():
        for code in codes:
            yield {"code": code, "reason": reason}
