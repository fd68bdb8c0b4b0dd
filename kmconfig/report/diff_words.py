"""What all reports of a comparison say in the same words. Nothing here is escaped yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.report.lint_text import plural
from kmconfig.review.model import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.lint.finding import Located
    from kmconfig.review.model import Findings, Review, Risk

NO_CHANGE = "no change of email settings"
NO_DIFFERENCE = "no difference of settings"
NOTHING = "–"


class Told(NamedTuple):
    """A finding, and the environments for which it is new, fixed or hidden; none where it concerns none."""

    finding: Located
    environments: tuple[str, ...]


def value_text(data: Any) -> str:
    """A setting's data on one line, as ``kmconfig show`` writes it; a dash where there is none."""
    if data is None:
        return NOTHING
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, dict):
        return ", ".join(f"{key}: {value_text(value)}" for key, value in data.items())
    if isinstance(data, list):
        return f"[{', '.join(value_text(item) for item in data)}]"
    return str(data) if data != "" else '""'


def told(review: Review, kind: str) -> list[Told]:
    """The ``new``, ``fixed`` or ``hidden`` findings, each once, the worst first."""
    found: dict[tuple[str, str], tuple[Located, list[str]]] = {}
    for name, findings in _all(review):
        for finding in getattr(findings, kind):
            key = (finding.fingerprint, finding.place.span.path)
            found.setdefault(key, (finding, []))[1].extend([name] if name is not None else [])
    listed = [Told(finding, tuple(names)) for finding, names in found.values()]
    return sorted(listed, key=lambda entry: ("error", "warning", "note").index(entry.finding.severity))


def _all(review: Review) -> Iterator[tuple[str | None, Findings]]:
    yield None, review.findings
    for environment in review.environments:
        yield environment.name, environment.findings


def counts(review: Review) -> list[str]:
    """What there is, in numbers: environments, project, risks, findings.

    An environment that only has other findings does not change.
    """
    words = [_differing(review)] if review.of_environments else _changing(review)
    if review.project:
        words.append(plural(len(review.project), "project change"))
    risks = review.risks()
    grave = [f"{count} {severity}" for severity in SEVERITIES[:2] if (count := _count(risks, severity))]
    if grave:
        grave[-1] += " risk" if grave[-1].startswith("1 ") else " risks"
    words += grave
    for kind in ("new", "fixed", "hidden"):
        found = told(review, kind)
        if found:
            words.append(f"{len(found)} {kind} {'finding' if len(found) == 1 else 'findings'}")
    return words


def _changing(review: Review) -> list[str]:
    """How many environments change, and of how many nobody knows."""
    changed = [
        environment
        for environment in review.environments
        if environment.changes or environment.status not in ("changed", "unreadable")
    ]
    unreadable = sum(environment.status == "unreadable" for environment in review.environments)
    words = []
    if changed:
        words.append(f"{plural(len(changed), 'environment')} {'changes' if len(changed) == 1 else 'change'}")
    if unreadable:
        words.append(f"{plural(unreadable, 'environment')} cannot be compared")
    return words or [NO_CHANGE]


def _differing(review: Review) -> str:
    settings = sum(len(environment.changes) for environment in review.environments)
    return f"{plural(settings, 'setting')} {'differs' if settings == 1 else 'differ'}" if settings else NO_DIFFERENCE


def _count(risks: list[Risk], severity: str) -> int:
    return sum(risk.severity == severity for risk in risks)
