"""A comparison for machines: contract, section 5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.lint.outcome import Outcome
from kmconfig.report.lint_json import lint_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.lint.finding import Located
    from kmconfig.review.model import Change, EnvironmentReview, Findings, Group, Review, Risk, SharedChange, SharedRisk


def diff_document(review: Review) -> dict[str, Any]:
    """The document that `kmconfig diff --format json` prints (schema/diff.v1.schema.json)."""
    return {
        "version": 1,
        "base": review.base,
        "head": review.head,
        "environments": [_environment(environment) for environment in review.environments],
        "groups": [_group(group) for group in review.groups],
        "project": [_change(change) for change in review.project],
        **_findings(review.findings),
        "notes": [*review.notes, *(f"rule {code} failed itself" for code in review.crashed)],
    }


def _environment(environment: EnvironmentReview) -> dict[str, Any]:
    return {
        "environment": environment.name,
        "status": environment.status,
        "tier": environment.tier or None,
        "former_name": environment.former,
        "note": environment.note or None,
        "risks": _risks(environment.risks),
        "changes": [_change(change) for change in environment.changes],
        **_findings(environment.findings),
    }


def _change(change: Change) -> dict[str, Any]:
    span = change.place
    return {
        "setting": change.setting,
        "before": change.before,
        "after": change.after,
        "secret": change.secret,
        "severity": change.severity,
        "risks": _risks(change.risks),
        "origin": None if span is None else {"path": span.path, "line": span.line, "column": span.column},
    }


def _group(group: Group) -> dict[str, Any]:
    return {"environments": list(group.environments), "changes": [_shared_change(shared) for shared in group.changes]}


def _shared_change(shared: SharedChange) -> dict[str, Any]:
    return _change(shared.change) | {"severity": shared.severity, "risks": [_shared(risk) for risk in shared.risks]}


def _shared(shared: SharedRisk) -> str:
    """The risk, with the environments that it is about where these are not all of the group."""
    return f"{', '.join(shared.environments)}: {shared.risk.text}" if shared.environments else shared.risk.text


def _risks(risks: Iterable[Risk]) -> list[str]:
    return [risk.text for risk in risks]


def _findings(findings: Findings) -> dict[str, Any]:
    return {
        "new_findings": _objects(findings.new),
        "fixed_findings": _objects(findings.fixed),
        "hidden_findings": _objects(findings.hidden),
    }


def _objects(findings: Iterable[Located]) -> Any:
    return lint_document(Outcome(findings=findings))["findings"]
