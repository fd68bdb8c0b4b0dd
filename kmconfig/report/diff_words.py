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
    """What there is, in numbers: environments, risks, findings."""
    if review.is_empty:
        return [NO_CHANGE]
    risks = review.risks()
    words = [f"{plural(len(review.environments), 'environment')} {_changes(len(review.environments))}"]
    words += [f"{count} {severity}" for severity in SEVERITIES[:2] if (count := _count(risks, severity))]
    if len(words) > 1:
        words[-1] += " risk" if words[-1].startswith("1 ") else " risks"
    for kind in ("new", "fixed", "hidden"):
        found = told(review, kind)
        if found:
            words.append(f"{len(found)} {kind} {'finding' if len(found) == 1 else 'findings'}")
    return words


def _changes(count: int) -> str:
    return "changes" if count == 1 else "change"


def _count(risks: list[Risk], severity: str) -> int:
    return sum(risk.severity == severity for risk in risks)
