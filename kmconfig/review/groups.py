"""A change that reaches several environments is said once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from kmconfig.review.model import Change, Group, Risk, SharedChange, SharedRisk, rank

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.review.model import EnvironmentReview, Severity
    from kmconfig.source.span import Span

    _Key: TypeAlias = tuple[str, str, str | None, Span | None]


def grouped(environments: Iterable[EnvironmentReview]) -> tuple[Group, ...]:
    """The changes of all environments, those that reach the same ones together, the gravest group first.

    Environments that are gone have none here: what becomes of them is said of each.
    """
    users: dict[_Key, dict[str, Change]] = {}
    for environment in environments:
        if environment.status != "removed":
            for change in environment.changes:
                users.setdefault(_key(change), {})[environment.name] = change
    by_names: dict[tuple[str, ...], list[SharedChange]] = {}
    for mine in users.values():
        by_names.setdefault(tuple(mine), []).append(_shared(mine))
    groups = [
        Group(environments=names, changes=tuple(sorted(changes, key=lambda change: rank(change.severity))))
        for names, changes in by_names.items()
    ]
    return tuple(sorted(groups, key=lambda group: (rank(group.severity), -len(group.environments))))


def _key(change: Change) -> _Key:
    data = json.dumps((change.before, change.after), sort_keys=True)
    return (change.setting, data, change.secret, change.place)


def _shared(mine: dict[str, Change]) -> SharedChange:
    """One change with the risks of all, each with the environments that it holds for if these are not all.

    What is graver for some of them is as grave for all.
    """
    holds: dict[str, list[str]] = {}
    severities: dict[str, Severity] = {}
    for name, change in mine.items():
        for risk in change.risks:
            holds.setdefault(risk.text, []).append(name)
            severities[risk.text] = min(severities.get(risk.text, risk.severity), risk.severity, key=rank)
    risks = [
        SharedRisk(risk=Risk(severities[text], text), environments=tuple(names) if len(names) < len(mine) else ())
        for text, names in holds.items()
    ]
    first = next(iter(mine.values()))
    return SharedChange(
        change=replace(first, risks=()), risks=tuple(sorted(risks, key=lambda shared: rank(shared.risk.severity)))
    )
