"""Findings as a GitLab Code Quality report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.report.escape import for_terminal
from kmconfig.report.spot import spot

if TYPE_CHECKING:
    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.finding import Located

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def gitlab_document(outcome: Outcome, *, folder: str) -> list[dict[str, Any]]:
    """The entries of the report. ``folder`` is the root relative to the repository.

    GitLab drops an entry whose fingerprint has been there before, so each is made unique.
    """
    taken: dict[str, int] = {}
    entries = []
    for finding in outcome.findings:
        taken[finding.fingerprint] = count = taken.get(finding.fingerprint, 0) + 1
        unique = finding.fingerprint if count == 1 else f"{finding.fingerprint}-{count}"
        entries.append(_entry(finding, unique, folder))
    return entries


def _entry(finding: Located, fingerprint: str, folder: str) -> dict[str, Any]:
    place = spot(finding.place, folder)
    remedy = f" (help: {for_terminal(finding.help)})" if finding.help else ""
    return {
        # The widget shows the description alone, so the code stands in it.
        "description": f"{finding.rule.code}: {for_terminal(finding.message)}{remedy}",
        "check_name": finding.rule.name,
        "fingerprint": fingerprint,
        "severity": "critical" if _is_secret(finding) else _SEVERITIES[finding.severity],
        "location": {"path": for_terminal(place.path), "lines": {"begin": place.line}},
    }


def _is_secret(finding: Located) -> bool:
    return finding.rule.name in ("plaintext-secret", "leaked-secret")
