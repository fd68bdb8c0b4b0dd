"""The settings of one environment before and after, and what each change means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmconfig.environment.settings import UnknownValue
from kmconfig.lint.rules.references import identity_of
from kmconfig.review.model import HIDDEN, UNKNOWN, Change, rank
from kmconfig.review.risks.table import risks_of
from kmconfig.review.settings import SECRET_PLACES, settings_of
from kmconfig.review.sides import reference_of
from kmconfig.source.value import Value, setting_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from kmconfig.environment.environment import Environment
    from kmconfig.review.model import Risk
    from kmconfig.review.sides import Sides
    from kmconfig.source.value import Path

    Leaves = dict[Path, Value[Any]]

_DRIVER = ("email", "driver")


def changes_of(sides: Sides) -> tuple[Change, ...]:
    """All settings that differ, the gravest change first."""
    said: set[Risk] = set()
    found = [
        change if _is_half_known(change) else replace(change, risks=risks_of(change, sides, said))
        for change in _changes(sides)
    ]
    return tuple(sorted(found, key=lambda change: rank(change.severity)))


def _changes(sides: Sides) -> Iterator[Change]:
    before, after = _side(sides.before), _side(sides.after)
    for path in dict.fromkeys((*after, *before)):
        then, now = before.get(path), after.get(path)
        if _data(then) == _data(now) or _is_lost_default(path, sides, then, now):
            continue
        yield Change(
            setting=setting_name(path),
            before=UNKNOWN if _is_unknown(sides.before, path, then) else _data(then),
            after=UNKNOWN if _is_unknown(sides.after, path, now) else _data(now),
            secret=_compared(path, sides, then, now),
            place=now.span if now is not None else None,
        )


def _side(environment: Environment | None) -> Leaves:
    """The settings of a side; a secret that stands in a file as text is there, and not what it is."""
    if environment is None:
        return {}
    found = settings_of(environment)
    for layer in environment.layers:
        for problem in layer.document.problems:
            if problem.code == "KM301" and problem.path in SECRET_PLACES and problem.path not in found:
                found[problem.path] = Value(HIDDEN, problem.path, problem.span)
    return found


def _is_unknown(environment: Environment | None, path: Path, value: Value[Any] | None) -> bool:
    """Whether a setting that is absent may have been meant to be there."""
    return environment is not None and value is None and isinstance(environment.get(*path), UnknownValue)


def _is_half_known(change: Change) -> bool:
    """Whether one side is not known: not whether a file says the same words."""
    return change.before is UNKNOWN or change.after is UNKNOWN


def _is_lost_default(path: Path, sides: Sides, then: Value[Any] | None, now: Value[Any] | None) -> bool:
    """Whether a default is on one side only because the driver that has it is not known on the other."""
    found = then if then is not None else now
    if path == _DRIVER or found is None or found.span is not None or (then is not None and now is not None):
        return False
    return any(_is_unknown(side, _DRIVER, None) for side in (sides.before, sides.after))


def _data(value: Value[Any] | None) -> Any:
    return value.plain() if value is not None else None


def _compared(
    path: Path, sides: Sides, then: Value[Any] | None, now: Value[Any] | None
) -> Literal["changed", "same"] | None:
    """Whether two references mean the same secret; None where neither side has one."""
    if _is_unknown(sides.before, path, then) or _is_unknown(sides.after, path, now):
        return None
    before, after = reference_of(then), reference_of(now)
    if path not in SECRET_PLACES or (before is None and after is None and HIDDEN not in (_data(then), _data(now))):
        return None
    if before is None or after is None or sides.before is None or sides.after is None:
        return "changed"
    same = identity_of(before, sides.before) == identity_of(after, sides.after)
    return "same" if same and before.version == after.version else "changed"
