"""Whether a secret is due to be changed: its age against the limit that holds for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from kmconfig.environment.duration import parse_duration
from kmconfig.lint.rules.references import must_change

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.lint.observed import Observed, SecretState
    from kmconfig.source.value import Value

AgeStatus: TypeAlias = Literal["ok", "due_soon", "overdue", "unknown"]

#: The limit in production where neither the reference nor the project file gives one.
DEFAULT_LIMIT = "90d"
SOON = timedelta(days=14)

_CLOCK_SKEW = timedelta(days=1)


class Age(NamedTuple):
    """How old a secret is, and what follows.

    ``limit`` is how old it may become, as written, None where nothing limits it. ``age`` is None where it is not
    known; ``detail`` then says why.
    """

    status: AgeStatus
    limit: str | None = None
    age: timedelta | None = None
    detail: str = ""

    @property
    def days(self) -> int | None:
        """The age in whole days."""
        return None if self.age is None else self.age.days

    @property
    def shown(self) -> str:
        """The age for people."""
        return "" if self.age is None else shown_duration(self.age)


def judge_age(reference: Value[SecretRef], state: SecretState, environment: Environment, observed: Observed) -> Age:
    """Compare the age of a secret that was found with the limit that holds for it.

    A secret is due soon in the last 14 days, or in the second half of a limit that is not longer than those.
    """
    limit = limit_of(reference, environment, observed)
    if state.created is None:
        return Age("unknown", limit, detail="the store does not say when it was made")
    age = observed.now - state.created
    if age < -_CLOCK_SKEW:
        return Age("unknown", limit, detail="the store says it was made in the future")
    age = max(age, timedelta())
    return Age(_status(age, limit), limit, age)


def limit_of(reference: Value[SecretRef], environment: Environment, observed: Observed) -> str | None:
    """How old a secret may become, as written.

    Its own ``max_age``; else, in production and for what has to be changed now and then, the project file's
    ``policy.max_secret_age``; else 90 days.
    """
    if reference.data.max_age is not None:
        return reference.data.max_age
    if environment.tier != "production" or not must_change(reference):
        return None
    return observed.max_secret_age or DEFAULT_LIMIT


def shown_duration(duration: timedelta) -> str:
    """A duration for people: whole days, and hours or minutes below one day."""
    if duration >= timedelta(days=1):
        return f"{duration.days}d"
    hours = duration // timedelta(hours=1)
    return f"{hours}h" if hours else f"{duration // timedelta(minutes=1)}m"


def _status(age: timedelta, limit: str | None) -> AgeStatus:
    if limit is None:
        return "ok"
    most = parse_duration(limit)
    if age > most:
        return "overdue"
    return "due_soon" if most - age <= (SOON if most > SOON else most / 2) else "ok"
