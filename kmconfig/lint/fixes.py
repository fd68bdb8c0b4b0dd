"""Applies the fixes of findings as text edits, and keeps only those that raise no new error."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.finding import Located
    from kmconfig.source.problem import Edit

    #: Lints the project with the given texts in place of the files of these paths.
    Linter = Callable[[dict[str, str]], Outcome]

MAX_PASSES = 20


@dataclass(slots=True)
class Fixed:
    """The result of fixing: new texts by path, the findings that are left, and what was applied and refused."""

    outcome: Outcome
    texts: dict[str, str] = field(default_factory=dict)
    applied: list[Located] = field(default_factory=list)
    refused: list[Located] = field(default_factory=list)


def fix_all(linter: Linter, *, unsafe: bool) -> Fixed:
    """Apply fixes until none is left, safe ones only unless ``unsafe``.

    Edits that overlap wait for the next pass. A fix after which there is an error that was not there before is
    refused, and its finding stays.
    """
    fixed = Fixed(linter({}))
    for _ in range(MAX_PASSES):
        refused = {_identity(finding) for finding in fixed.refused}
        chosen = _apart(finding for finding in _fixable(fixed.outcome, unsafe) if _identity(finding) not in refused)
        if not chosen:
            break
        if not _take(fixed, chosen, linter):
            for finding in chosen:
                if _still_there(finding, fixed.outcome) and not _take(fixed, [finding], linter):
                    fixed.refused.append(finding)
    return fixed


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Replace ranges of a text that do not overlap."""
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def _take(fixed: Fixed, chosen: list[Located], linter: Linter) -> bool:
    """Apply fixes together if that raises no new error."""
    texts = dict(fixed.texts)
    for path, edits in _by_file(chosen).items():
        texts[path] = apply_edits(edits[0].span.file.text, edits)
    outcome = linter(texts)
    if _errors(outcome) - _errors(fixed.outcome):
        return False
    fixed.texts, fixed.outcome = texts, outcome
    fixed.applied += chosen
    return True


def _fixable(outcome: Outcome, unsafe: bool) -> list[Located]:  # noqa: FBT001 - passed on
    return [found for found in outcome.findings if found.fix is not None and (found.fix.safe or unsafe)]


def _apart(findings: Iterable[Located]) -> list[Located]:
    """Findings whose edits do not touch each other; the first ones win."""
    taken: dict[str, list[tuple[int, int]]] = {}
    chosen = []
    for finding in findings:
        edits = finding.fix.edits if finding.fix is not None else ()
        ranges = [(edit.span.path, edit.span.start, edit.span.end) for edit in edits]
        if any(_meets(taken.get(path, ()), start, end) for path, start, end in ranges):
            continue
        for path, start, end in ranges:
            taken.setdefault(path, []).append((start, end))
        chosen.append(finding)
    return chosen


def _meets(ranges: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    return any(start <= other_end and other_start <= end for other_start, other_end in ranges)


def _by_file(findings: Iterable[Located]) -> dict[str, list[Edit]]:
    edits: dict[str, list[Edit]] = {}
    for finding in findings:
        for edit in finding.fix.edits if finding.fix is not None else ():
            edits.setdefault(edit.span.path, []).append(edit)
    return edits


def _errors(outcome: Outcome) -> Counter[tuple[str, str, str]]:
    return Counter(_identity(found) for found in outcome.findings if found.severity == "error")


def _identity(finding: Located) -> tuple[str, str, str]:
    return finding.rule.code, finding.place.span.path, finding.setting


def _still_there(finding: Located, outcome: Outcome) -> bool:
    """Whether the finding's text is as it was, so that its edits still fit."""
    return any(
        found.place.span == finding.place.span and _identity(found) == _identity(finding) for found in outcome.findings
    )
