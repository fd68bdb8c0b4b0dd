"""The secrets of one environment: where each is, how old it is, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from kmconfig.environment.stores import stores_of
from kmconfig.lint.observed import SecretState
from kmconfig.lint.rules.references import must_change, references
from kmconfig.lint.rules.secret_age import Age, judge_age
from kmconfig.secrets.observing import observe
from kmconfig.secrets.stores import Login, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.observing import Progress
    from kmconfig.secrets.stores import Stores
    from kmconfig.source.value import Value

SecretStatus: TypeAlias = Literal["ok", "due_soon", "overdue", "unknown", "missing", "denied", "error"]

FAILED = 1
COULD_NOT_CHECK = 5


class Entry(NamedTuple):
    """One reference: what was seen of its secret, and how old that is."""

    reference: Value[SecretRef]
    state: SecretState
    age: Age

    @property
    def status(self) -> SecretStatus:
        """What became of it. A secret without an age is unknown, never ok."""
        match self.state.status:
            case "found" if self.state.value in ("denied", "error") and self.age.status != "overdue":
                return "denied" if self.state.value == "denied" else "error"
            case "found":
                return self.age.status
            case "unusable":
                return "error"
            case other:
                return other

    @property
    def misshapen(self) -> bool:
        """Whether it was read and is not what its provider issues."""
        return self.state.shape is not None and not self.state.shape.fits

    def exit_code(self, *, strict: bool) -> int:
        """1 for what is wrong, 5 for what could not be checked, 0 otherwise.

        With ``strict`` an unknown age is wrong where secrets have to be changed, and so is an undocumented form
        that is not kept.
        """
        if self.status in ("missing", "overdue") or self.state.status == "unusable" or self._wrong_shape(strict=strict):
            return FAILED
        if self.status in ("denied", "error"):
            return COULD_NOT_CHECK
        return FAILED if strict and self.status == "unknown" and self.needs_age else 0

    @property
    def needs_age(self) -> bool:
        """Whether the age of the secret counts at all."""
        return self.age.limit is not None or must_change(self.reference)

    def _wrong_shape(self, *, strict: bool) -> bool:
        shape = self.state.shape
        return shape is not None and not shape.fits and (shape.confirmed or strict)


class Inventory(NamedTuple):
    """All references of an environment, in order, and as whom its stores were asked."""

    environment: str
    entries: tuple[Entry, ...]
    logins: tuple[Login, ...] = ()

    def exit_code(self, *, strict: bool) -> int:
        """The worst of the entries."""
        codes = {entry.exit_code(strict=strict) for entry in self.entries}
        return next((code for code in (FAILED, COULD_NOT_CHECK) if code in codes), 0)


def take_inventory(
    environment: Environment,
    stores: Stores,
    *,
    now: datetime,
    values: bool,
    file: ProjectFile,
    progress: Progress | None = None,
) -> Inventory:
    """Look at the secrets of an environment that could be read; ``values`` asks for their form too."""
    observed = observe([environment], stores, now=now, values=values, file=file, progress=progress)

    def entries() -> Iterator[Entry]:
        for reference in references(environment):
            state = observed.secret(environment, reference)
            yield Entry(reference, state, judge_age(reference, state, environment, observed))

    logins = stores.logins(Place(environment.tier, stores_of(environment)))
    return Inventory(environment.name, tuple(entries()), logins)


def unchecked(environment: Environment, reason: str, remedy: str | None) -> Inventory:
    """An environment whose secrets could not be looked at for one and the same reason."""
    state = SecretState("error", detail=reason, help=remedy or "")
    return Inventory(
        environment.name, tuple(Entry(reference, state, Age("unknown")) for reference in references(environment))
    )
