"""Takes what files should not hold, and hold all the same, out of a result."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from kmconfig.lint.masking import Mask
from kmconfig.lint.rules.credentials.leaked_secret import mark_leaks
from kmconfig.review.model import Change, EnvironmentReview, Findings, Risk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.lint.finding import Located
    from kmconfig.source.parser import Document


def mask_of(documents: Iterable[Document]) -> Mask:
    """What masks the secrets that stand in files as text."""
    documents = list(documents)
    for document in documents:
        mark_leaks(document)
    return Mask(document.file for document in documents)


def masked_environment(environment: EnvironmentReview, mask: Mask) -> EnvironmentReview:
    """The same without secrets."""
    return replace(
        environment,
        note=mask(environment.note),
        risks=_risks(environment.risks, mask),
        changes=masked_changes(environment.changes, mask),
        findings=masked_findings(environment.findings, mask),
    )


def masked_changes(changes: Iterable[Change], mask: Mask) -> tuple[Change, ...]:
    """The same without secrets."""
    return tuple(
        replace(
            change,
            setting=mask(change.setting),
            before=_data(change.before, mask),
            after=_data(change.after, mask),
            risks=_risks(change.risks, mask),
        )
        for change in changes
    )


def masked_findings(findings: Findings, mask: Mask) -> Findings:
    """The same without the secrets of the other state; those of their own are gone already."""
    return Findings(
        new=tuple(_finding(found, mask) for found in findings.new),
        fixed=tuple(_finding(found, mask) for found in findings.fixed),
        hidden=tuple(_finding(found, mask) for found in findings.hidden),
    )


def _finding(found: Located, mask: Mask) -> Located:
    related = tuple(place._replace(text=mask(place.text)) for place in found.related)
    return found._replace(message=mask(found.message), help=mask(found.help), related=related)


def _risks(risks: Iterable[Risk], mask: Mask) -> tuple[Risk, ...]:
    return tuple(replace(risk, text=mask(risk.text)) for risk in risks)


def _data(data: Any, mask: Mask) -> Any:
    if isinstance(data, str):
        return mask(data)
    if isinstance(data, list):
        return [_data(item, mask) for item in data]
    if isinstance(data, dict):
        return {mask(key): _data(value, mask) for key, value in data.items()}
    if isinstance(data, float) and not isfinite(data):
        return str(data)
    return data
