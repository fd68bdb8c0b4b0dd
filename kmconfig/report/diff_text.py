"""A comparison for people: what changes for whom, what that means, and which findings come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.report.diff_words import NOTHING, counts, told, value_text
from kmconfig.report.escape import for_terminal, for_workflow_log
from kmconfig.report.lint_text import concerned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kmconfig.report.style import Style
    from kmconfig.review.model import Change, EnvironmentReview, Group, Review, Risk, SharedRisk

_ROLES = {"high": "error", "medium": "warning", "info": "note"}
_KINDS = {"new": "bad", "fixed": "good", "hidden": "warning"}
#: Values that are wider are not padded, and longer ones cut.
_WIDE, _LONGEST = 60, 300
_MOST_FINDINGS = 200


def diff_text(review: Review, *, style: Style) -> Iterator[str]:
    """The report, line by line; none of them is a command to the runner of a job."""
    return map(for_workflow_log, _lines(review, style))


def _lines(review: Review, style: Style) -> Iterator[str]:
    yield style("faint", for_terminal(f"{review.base} → {review.head}"))
    for environment in review.environments:
        if environment.note:
            yield from _whole(environment, style)
    for group in review.groups:
        yield ""
        yield from _group(group, review, style)
    if review.project:
        yield ""
        yield style("bold", "project")
        yield from _changes([(change, [_plain(risk) for risk in change.risks]) for change in review.project], style)
    yield from _findings(review, style)
    yield from _notes(review, style)
    yield ""
    yield _summary(review, style)


def _whole(environment: EnvironmentReview, style: Style) -> Iterator[str]:
    """What became of an environment as a whole."""
    tier = f" ({environment.tier})" if environment.tier else ""
    yield ""
    yield f"{style('bold', for_terminal(environment.name))}{tier} {for_terminal(environment.note)}"
    for risk in environment.risks:
        yield _risk(_plain(risk), style)


def _group(group: Group, review: Review, style: Style) -> Iterator[str]:
    tiers = {environment.name: environment.tier for environment in review.environments}
    title = for_terminal(concerned(group.environments))
    tier = f" ({tiers[group.environments[0]]})" if len(group.environments) == 1 else ""
    yield f"{style('bold', title)}{tier}"
    yield from _changes([(shared.change, list(map(_told, shared.risks))) for shared in group.changes], style)


def _changes(changes: Iterable[tuple[Change, list[tuple[str, str]]]], style: Style) -> Iterator[str]:
    rows = [(change, for_terminal(change.setting), _values(change), risks) for change, risks in changes]
    setting_width = max((len(setting) for _, setting, _, _ in rows), default=0)
    width = max((len(value) for _, _, value, _ in rows if len(value) <= _WIDE), default=0)
    for change, setting, value, risks in rows:
        role, mark = _mark(change)
        place = style("faint", for_terminal(str(change.place))) if change.place is not None else ""
        yield f"  {style(role, mark)} {setting.ljust(setting_width)}  {value.ljust(width)}  {place}".rstrip()
        for risk in risks:
            yield _risk(risk, style)


def _mark(change: Change) -> tuple[str, str]:
    if change.before is None:
        return "good", "+"
    return ("bad", "-") if change.after is None else ("changed", "~")


def _values(change: Change) -> str:
    before, after = (for_terminal(_cut(value_text(data))) for data in (change.before, change.after))
    secret = {"changed": "  (another secret)", "same": "  (the same secret)", None: ""}[change.secret]
    if change.before is None:
        return after
    return f"{before} → {after}{secret}" if change.after is not None else f"{before} → {NOTHING}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _plain(risk: Risk) -> tuple[str, str]:
    return risk.severity, risk.text


def _told(shared: SharedRisk) -> tuple[str, str]:
    of = f" ({concerned(shared.environments)})" if shared.environments else ""
    return shared.risk.severity, f"{shared.risk.text}{of}"


def _risk(risk: tuple[str, str], style: Style) -> str:
    severity, text = risk
    return f"      {style(_ROLES[severity], severity)}: {for_terminal(text)}"


def _findings(review: Review, style: Style) -> Iterator[str]:
    for kind, role in _KINDS.items():
        found = told(review, kind)
        if found:
            yield ""
            yield style("bold", f"{kind} findings")
        for entry in found[:_MOST_FINDINGS]:
            finding = entry.finding
            code = style(finding.severity, f"{finding.severity}[{finding.rule.code}]")
            where = f"{finding.place.span}{f' in {concerned(entry.environments)}' if entry.environments else ''}"
            mark = style(role, {"new": "+", "fixed": "✓", "hidden": "?"}[kind])
            yield f"  {mark} {code} {for_terminal(finding.message)}  {style('faint', for_terminal(where))}"
        if len(found) > _MOST_FINDINGS:
            yield f"  … and {len(found) - _MOST_FINDINGS} more"


def _notes(review: Review, style: Style) -> Iterator[str]:
    notes = [*review.notes, *(f"rule {code} failed itself: not everything was checked" for code in review.crashed)]
    if notes:
        yield ""
    for note in notes:
        yield f"{style('note', 'note')}: {for_terminal(note)}"


def _summary(review: Review, style: Style) -> str:
    words = ", ".join(counts(review))
    return style("good", words) if review.is_empty else words
