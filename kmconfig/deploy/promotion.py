"""Settings go through the stages one after the other: what is shared has to have been applied in the stage before.

A setting that stands in an environment's own file is its own; what comes from layers, and every default, is shared.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from kmconfig.deploy.receipts import Receipts, environments_with_receipts
from kmconfig.environment.effective import effective, leaves
from kmconfig.errors import Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kmconfig.deploy.receipts import Stored
    from kmconfig.deploy.work import Work
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.source.value import Value

_ROOMS = ("application", "email")
_SHOWN = 3


def settings_document(environment: Environment) -> dict[str, Any]:
    """The effective settings of application and email, with references for secrets."""
    plain = effective(environment).plain()
    return {room: plain[room] for room in _ROOMS if room in plain}


def shared_settings(environment: Environment) -> dict[str, str]:
    """The effective settings of application and email that do not stand in the environment's own file, as text."""
    return {leaf.setting: str(leaf.plain()) for leaf in _leaves(environment) if not _is_own(leaf, environment)}


def own_settings(environment: Environment) -> tuple[str, ...]:
    """The other ones, by name."""
    return tuple(leaf.setting for leaf in _leaves(environment) if _is_own(leaf, environment))


def _leaves(environment: Environment) -> Iterator[Value[Any]]:
    return (leaf for leaf in leaves(effective(environment)) if leaf.path[0] in _ROOMS)


def _is_own(leaf: Value[Any], environment: Environment) -> bool:
    return leaf.span is not None and leaf.span.path == environment.file.path


def require_promotion(work: Work, *, skip: str | None) -> list[str]:
    """Make sure that the stage before has proved what this environment shares with it.

    Returns what the receipt should remark. Raises Refused.
    """
    before = _stage_before(work.project, work.environment)
    if before is None:
        return []
    if skip is not None:
        return [f"promotion from {before} was skipped: {skip}"]
    if not work.plan.operations:
        return []
    return [_proved(work, before)]


def require_to_skip(project: ProjectFile, environments: Sequence[Environment]) -> None:
    """Make sure that at least one of some environments needs the promotion to be skipped. Raises UsageError."""
    if not any(_stage_before(project, environment) for environment in environments):
        names = ", ".join(f"`{environment.name}`" for environment in environments[:_SHOWN])
        verb = "needs" if len(environments) == 1 else "need"
        raise UsageError(f"{names} {verb} no promotion, so there is none to skip", help="leave out --skip-promotion")


def _stage_before(project: ProjectFile, environment: Environment) -> str | None:
    """The tier in which the settings of an environment have to be proved first, None where there is none."""
    stages, tier = project.promotion, environment.tier
    return stages[stages.index(tier) - 1] if tier in stages[1:] else None


def _proved(work: Work, before: str) -> str:
    """The receipt that proves it, as a remark. Raises Refused where there is none."""
    name, limit = work.environment.name, work.project.promotion_max_age
    wanted = shared_settings(work.environment)
    reasons = []
    for receipt in _receipts(work, before):
        shown = f"run {receipt.run} of `{receipt.text('environment')}`"
        differing = _differing(wanted, receipt)
        if not receipt.intact:
            reasons.append(f"the receipt of {shown} was changed after it was written")
        elif receipt.entries("test").get("sent") is not True:
            reasons.append(f"{shown} sent no test message")
        elif differing:
            reasons.append(f"{shown} had another {_some(differing)}")
        elif (age := _age(receipt, now=work.plan.created)) > limit:
            reasons.append(f"{shown} is {age.days} days old, and {limit.days} are allowed")
        else:
            return f"promoted after {shown}"
    why = "; ".join(reasons[:_SHOWN]) if reasons else f"no environment of the tier `{before}` has a receipt here"
    raise Refused(
        f"`{name}` has not been proved in `{before}`: {why}",
        help=f"apply the same settings in {before} first, or give --skip-promotion REASON",
    )


def _receipts(work: Work, tier: str) -> Iterator[Stored]:
    """The last receipt that stands of each environment of a tier, those of the nearest names first."""
    state, own = work.receipts.state, work.environment.name
    names = sorted(environments_with_receipts(state), key=lambda name: -_kinship(name, own))
    for name in names:
        found = Receipts(state, name).newest_first()
        last = next((one for one in found if one.text("result") == "applied" or not one.intact), None)
        if last is not None and last.text("tier") == tier and last.text("kind") == "apply":
            yield last


def _kinship(one: str, other: str) -> int:
    """How many folders two environments share, as ``acme/staging`` and ``acme/production`` do."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one.split("/"), other.split("/"), strict=False))
    )


def _differing(wanted: Mapping[str, str], receipt: Stored) -> list[str]:
    """The shared settings that the receipt has otherwise. What is its own there is its own."""
    shared, own = receipt.entries("shared"), set(receipt.items("own"))
    return [setting for setting, text in wanted.items() if setting not in own and shared.get(setting) != text]


def _age(receipt: Stored, *, now: datetime) -> timedelta:
    """The age of a receipt; of one that does not say when it was written, more than any limit."""
    try:
        return now - datetime.fromisoformat(receipt.text("started") or "")
    except (ValueError, TypeError):
        return timedelta.max


def _some(settings: list[str]) -> str:
    named = ", ".join(f"`{setting}`" for setting in settings[:_SHOWN])
    return f"{named} and {len(settings) - _SHOWN} more" if len(settings) > _SHOWN else named
