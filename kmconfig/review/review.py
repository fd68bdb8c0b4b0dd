"""Compares two states of a repository, or two environments of one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kmconfig.errors import ConfigurationError
from kmconfig.lint.engine import lint
from kmconfig.lint.rules.references import credentials, identity_of
from kmconfig.review.changed import Changed, changed_between
from kmconfig.review.compare import changes_of
from kmconfig.review.findings import between, differences
from kmconfig.review.groups import grouped
from kmconfig.review.masked import mask_of, masked_changes, masked_environment, masked_findings
from kmconfig.review.model import EnvironmentReview, Findings, Review, Risk, Severity
from kmconfig.review.policy import project_changes
from kmconfig.review.quoted import quoted
from kmconfig.review.sides import Sides, text_at
from kmconfig.review.suppressed import suppression_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from kmconfig.environment.environment import Environment
    from kmconfig.review.state import State


def review_states(base: State, head: State, *, today: date) -> Review:
    """What the change from one state to the other means.

    Raises ConfigurationError where there is no configuration on either side.
    """
    if not (base.texts or head.texts):
        raise ConfigurationError(
            f"there is no environment file, neither {base.where} nor {head.where}",
            help="write environments/NAME.yaml with a `tier`, or point -C at the repository",
        )
    notes = tuple(_notes(base, head))
    empty = Review(base=base.title, head=head.title, notes=notes, head_commit=head.commit)
    changed = changed_between(base, head)
    if changed is None:
        return empty
    found = differences(base, head, changed, today=today)
    compared = [*_environments(base, head, changed)]
    others = found.by_environment.keys() - {environment.name for environment in compared} - _not_compared(base, head)
    compared += [_unchanged(name, head) for name in sorted(filter(None, others))]
    environments = [_with_findings(environment, base, head, found.by_environment) for environment in compared]
    mask = mask_of((*base.documents, *head.documents))
    environments = [masked_environment(environment, mask) for environment in environments if _says(environment)]
    project = (*project_changes(base, head), *suppression_changes(base, head))
    return replace(
        empty,
        environments=tuple(environments),
        groups=grouped(environments),
        project=masked_changes(project, mask),
        findings=masked_findings(found.by_environment.get(None, Findings()), mask),
        crashed=found.crashed,
    )


def _notes(*states: State) -> Iterator[str]:
    """What of the states is not compared, and what to do about it."""
    for folder in sorted({folder for state in states for folder in state.submodules}):
        where = " and ".join(state.where for state in states if folder in state.submodules)
        yield (
            f"{quoted(folder)} is a submodule {where}: what is in it is not compared;"
            " run `kmconfig diff` in a clone of that repository"
        )


def _not_compared(*states: State) -> set[str]:
    """The environments that only one side can know."""
    return {
        name
        for state in states
        for name, environment in state.environments.items()
        if any(side.is_elsewhere(environment) for side in states)
    }


def _says(environment: EnvironmentReview) -> bool:
    return bool(environment.status != "changed" or environment.changes or environment.findings)


def _unchanged(name: str, head: State) -> EnvironmentReview:
    """An environment whose settings stay the same, and which is judged in another way."""
    known = head.environments.get(name)
    return EnvironmentReview(name=name, status="changed", tier=known.tier if known is not None else "")


def _with_findings(
    environment: EnvironmentReview, base: State, head: State, found: Mapping[str | None, Findings]
) -> EnvironmentReview:
    """The same with its findings; of one that cannot be read any more nobody knows that they are fixed.

    What is found where a part of it may be in a submodule is not the fault of any file.
    """
    findings = found.get(environment.name, Findings())
    sides = ((base, environment.former or environment.name), (head, environment.name))
    if any(state.submodules and _is_unread(state, name) for state, name in sides):
        findings = Findings()
    elif _is_unread(head, environment.name):
        findings = Findings(new=findings.new)
    return replace(environment, findings=findings)


def _environments(base: State, head: State, changed: Changed) -> Iterator[EnvironmentReview]:
    sharing_before, sharing_after = base.sharing(), head.sharing()
    vaults = frozenset(str(text_at(known, "stores", "vault", "address")) for known in base.environments.values())
    for name, former in changed.environments.items():
        sides = Sides(
            before=base.environments.get(former),
            after=head.environments.get(name),
            sharing_before=sharing_before,
            sharing_after=sharing_after,
            known_vaults=vaults,
        )
        unread = [state.where for state, own in ((base, former), (head, name)) if _is_unread(state, own)]
        is_gone = name not in head.environments and name not in head.unreadable
        if unread:
            yield _unreadable(name, sides, unread, is_gone=is_gone)
        else:
            yield _environment(name, former, sides)


def _is_unread(state: State, name: str) -> bool:
    known = state.environments.get(name)
    return known.incomplete if known is not None else name in state.unreadable


def _unreadable(name: str, sides: Sides, unread: list[str], *, is_gone: bool) -> EnvironmentReview:
    known = sides.after or sides.before
    note = f"cannot be read {' and '.join(unread)}: its settings are not compared"
    if is_gone:
        note = f"is gone, and could not be read {' and '.join(unread)}"
    tier = known.tier if known is not None else ""
    return EnvironmentReview(name=name, status="unreadable", tier=tier, note=note)


def _environment(name: str, former: str, sides: Sides) -> EnvironmentReview:
    known = sides.after or sides.before
    found = EnvironmentReview(
        name=name, status="changed", tier=known.tier if known is not None else "", changes=changes_of(sides)
    )
    if sides.before is None:
        return replace(found, status="added", note="is new")
    if sides.after is None:
        return replace(found, status="removed", note="is gone", risks=_risks_of_removal(sides.before))
    if former != name:
        risk = Risk("medium", f"receipts and history of {quoted(former)} are not those of {quoted(name)}")
        return replace(found, status="renamed", former=former, note=f"was {quoted(former)}", risks=(risk,))
    return found


def _risks_of_removal(environment: Environment) -> tuple[Risk, ...]:
    severity: Severity = "high" if environment.tier == "production" else "info"
    return (Risk(severity, "nobody checks this environment any more; its target keeps the settings it has"),)


def review_environments(state: State, one: str, other: str, *, today: date) -> Review:
    """What tells two environments of one state apart.

    Raises ConfigurationError where one of them is not there or cannot be read.
    """
    before, after = (_readable(state, name) for name in (one, other))
    sides = Sides(before=before, after=after, are_others=True)
    outcome = lint(state.project, today=today, limit=False)
    environment = EnvironmentReview(
        name=other,
        status="changed",
        tier=after.tier,
        changes=changes_of(sides),
        findings=between(outcome, one, other),
    )
    mask = mask_of(state.documents)
    environments = tuple(masked_environment(found, mask) for found in (environment,) if _says(found))
    return Review(
        base=one,
        head=other,
        of_environments=True,
        environments=environments,
        groups=grouped(environments),
        notes=tuple(mask(note) for note in _same_secrets(before, after)),
        crashed=tuple(sorted({crash.code for crash in outcome.crashes})),
        head_commit=state.commit,
    )


def _readable(state: State, name: str) -> Environment:
    from kmconfig.lint.readable import readable  # noqa: PLC0415 - only for named environments

    return readable(state.project, name)


def _same_secrets(before: Environment, after: Environment) -> Iterator[str]:
    theirs = {identity_of(reference.data, before) for reference in credentials(before)}
    for reference in credentials(after):
        if identity_of(reference.data, after) in theirs:
            yield f"`{reference.setting}` is the same secret in both: {quoted(str(reference.data))}"
