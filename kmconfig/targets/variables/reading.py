"""What readers of texts by name share: telling what is held, and planning against it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from kmconfig.targets.interface import NOTHING_WRITTEN
from kmconfig.targets.variables.comparing import compare
from kmconfig.targets.variables.wanted import texts_by_setting, wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.secrets.secret import Secret
    from kmconfig.targets.goal import Earlier, Goal
    from kmconfig.targets.interface import Comparison, LiveState
    from kmconfig.targets.secret_changes import Written
    from kmconfig.targets.variables.comparing import Held
    from kmconfig.targets.variables.texts import Variables
    from kmconfig.targets.variables.wanted import Wanted


class Content(Protocol):
    """All that a target holds, as it was read at once."""

    def variables(self) -> Variables:
        """Its texts."""
        ...


ContentT = TypeVar("ContentT", bound=Content)


class VariablesReader(ABC, Generic[ContentT]):
    """Reads texts by name. ``laravel`` is the major version whose variables are written."""

    folder = None

    def __init__(self, *, laravel: int) -> None:
        self.laravel = laravel

    @abstractmethod
    def read(self) -> ContentT:
        """All that the target holds. Raises CouldNotCheck."""

    @abstractmethod
    def _held(self, content: ContentT) -> Held:
        """The same for comparisons, with the token of its state and its owner."""

    @abstractmethod
    def _before(self, goal: Earlier) -> Variables:
        """What there was before a run. Raises CouldNotCheck where that is no longer kept."""

    def live(self) -> LiveState:
        """Read the target; that there is nothing yet is a state too."""
        return self._held(self.read()).live()

    def live_secrets(self) -> tuple[Secret, ...]:
        """What stands there under names of secrets, those of others too."""
        return self.read().variables().secrets()

    def earlier_secrets(self, goal: Earlier) -> Mapping[str, Secret]:
        """What there was before a run, by setting."""
        return texts_by_setting(self._before(goal), goal)

    def compare(
        self,
        goal: Goal,
        *,
        formerly_ours: frozenset[str] = frozenset(),
        written: Mapping[str, Written] = NOTHING_WRITTEN,
    ) -> Comparison:
        """Say which variables would change."""
        content = self.read()
        return compare(goal, aim(self, goal, content, formerly_ours), self._held(content), written)


def aim(reader: VariablesReader[ContentT], goal: Goal, content: ContentT, formerly_ours: frozenset[str]) -> Wanted:
    """What the variables of a target are to hold."""
    return wanted(
        goal,
        laravel=reader.laravel,
        held=content.variables(),
        formerly_ours=formerly_ours,
        earlier=reader._before,  # noqa: SLF001 - of this module's own class; readers offer nothing else in public
    )
