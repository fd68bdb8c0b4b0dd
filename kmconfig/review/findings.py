"""What lint says of two states: findings that are new, those that are fixed, and those that are only hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from kmconfig.environment.project import PROJECT_FILE, Project
from kmconfig.lint.engine import lint
from kmconfig.lint.finding import SEVERITIES, Place
from kmconfig.lint.shown import with_fingerprints
from kmconfig.review.model import Findings
from kmconfig.source.span import SourceFile, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kmconfig.lint.finding import Located
    from kmconfig.lint.outcome import Outcome
    from kmconfig.review.changed import Changed
    from kmconfig.review.state import State

    #: A finding as one environment has it: its identity, and the name of the environment.
    _Key: TypeAlias = tuple[str, str | None]

_NO_PROJECT_FILE = b"version: 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Findings by the environment they concern; under None those that concern none. ``crashed`` rules failed."""

    by_environment: Mapping[str | None, Findings]
    crashed: tuple[str, ...] = ()


def differences(base: State, head: State, changed: Changed, *, today: date) -> Differences:
    """Lint both states and compare them in what changed."""
    files, renames, concerned = changed.moved, changed.renames, changed.concerned
    before = lint(base.project, today=today, select=concerned, limit=False)
    after = lint(head.project, today=today, select=concerned, limit=False)
    old = _by_key(before.findings, {}, {})
    new = _by_key(after.findings, files, renames)
    vanished = old.keys() - new.keys()
    hidden: set[_Key] = set()
    if vanished:
        hidden = vanished & _by_key(_unhidden(base, head, today, concerned), files, renames).keys()
    kinds = (
        [(key, found) for key, found in new.items() if _is_worse(found, old.get(key))],
        [(key, old[key]) for key in old if key in vanished and key not in hidden],
        [(key, old[key]) for key in old if key in hidden],
    )
    current = {former: name for name, former in renames.items()}
    return Differences(by_environment=_sorted(kinds, current), crashed=_crashed(before, after))


def _sorted(kinds: Sequence[Sequence[tuple[_Key, Located]]], current: Mapping[str, str]) -> dict[str | None, Findings]:
    """New, fixed and hidden findings by environment; ``current`` are names by those that environments had before."""
    found: dict[str | None, tuple[list[Located], ...]] = {}
    for index, findings in enumerate(kinds):
        for (_, name), located in findings:
            now = current.get(name, name) if name is not None else None
            found.setdefault(now, ([], [], []))[index].append(located)
    return {
        name: Findings(new=tuple(new), fixed=tuple(fixed), hidden=tuple(hidden))
        for name, (new, fixed, hidden) in found.items()
    }


def between(outcome: Outcome, one: str, other: str) -> Findings:
    """Findings that only one of two environments of one state has: of ``other`` as new, of ``one`` as fixed."""
    mine = {(found.rule.code, found.setting): found for found in outcome.findings if one in found.environments}
    theirs = {(found.rule.code, found.setting): found for found in outcome.findings if other in found.environments}
    return Findings(
        new=tuple(theirs[key] for key in theirs if key not in mine),
        fixed=tuple(mine[key] for key in mine if key not in theirs),
    )


def _by_key(findings: Sequence[Located], files: Mapping[str, str], renames: Mapping[str, str]) -> dict[_Key, Located]:
    """Each finding once for every environment that has it, under the names that file and environment had before."""
    found: dict[_Key, Located] = {}
    for finding, identity in zip(findings, _identities(findings, files), strict=True):
        for name in finding.environments or (None,):
            found[identity, renames.get(name, name) if name is not None else None] = finding
    return found


def _identities(findings: Sequence[Located], files: Mapping[str, str]) -> list[str]:
    """The fingerprints that findings would have if no file had been renamed."""
    if files:
        findings = with_fingerprints([_where_it_was(found, files) for found in findings])
    return [found.fingerprint for found in findings]


def _where_it_was(found: Located, files: Mapping[str, str]) -> Located:
    span = found.place.span
    if span.path not in files:
        return found
    return found._replace(place=Place(Span(SourceFile(files[span.path], ""), span.start, span.end)))


def _is_worse(found: Located, before: Located | None) -> bool:
    """Whether a finding was not there, or was not as severe."""
    return before is None or SEVERITIES.index(found.severity) < SEVERITIES.index(before.severity)


def _unhidden(base: State, head: State, today: date, concerned: frozenset[str] | None) -> list[Located]:
    """What is found after the change, judged as before it and without suppressions."""
    found = lint(head.project, today=today, select=concerned, suppress=False, limit=False).findings
    if base.project_text == head.project_text or base.project.file.environments != head.project.file.environments:
        return found
    former = base.project.file.content
    project = Project(head.project.root, overlay={PROJECT_FILE: former if former is not None else _NO_PROJECT_FILE})
    project.load()
    judged_as_before = lint(project, today=today, select=concerned, suppress=False, limit=False).findings
    own = [finding for finding in found if finding.place.span.path == PROJECT_FILE]
    return own + [finding for finding in judged_as_before if finding.place.span.path != PROJECT_FILE]


def _crashed(*outcomes: Outcome) -> tuple[str, ...]:
    return tuple(sorted({crash.code for outcome in outcomes for crash in outcome.crashes}))
