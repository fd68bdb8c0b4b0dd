"""Reading parameters and a secret, and planning against them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kmconfig.targets.aws.holdings import read_holdings
from kmconfig.targets.aws.owner import read_owner
from kmconfig.targets.aws.snapshot import Snapshot
from kmconfig.targets.interface import NOTHING_WRITTEN, Capabilities
from kmconfig.targets.variables.comparing import Held, compare
from kmconfig.targets.variables.wanted import texts_by_setting, wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.secrets.secret import Secret
    from kmconfig.targets.aws.holdings import Holdings
    from kmconfig.targets.aws.line import Line
    from kmconfig.targets.aws.shelves import Shelves
    from kmconfig.targets.goal import Earlier, Goal
    from kmconfig.targets.interface import Comparison, LiveState
    from kmconfig.targets.secret_changes import Written
    from kmconfig.targets.variables.texts import Variables
    from kmconfig.targets.variables.wanted import Wanted

_LEASE = "AWS cannot take over a lease in one step: of two runs that do so at once both may have to start again"
_GONE = "AWS drops old versions (a parameter's beyond 100, a secret's when it needs room), and with them the way back"


class AwsReader:
    """Reads the target. ``laravel`` is the major version whose variables are written.

    Opening it asks AWS for the account. Raises CouldNotCheck.
    """

    kind = "aws"
    folder = None

    def __init__(self, line: Line, shelves: Shelves, *, laravel: int) -> None:
        self.line = line
        self.shelves = shelves
        self.laravel = laravel
        self.shown = shelves.shown
        account = line.read(self.shown, "sts", "get_caller_identity").get("Account")
        self.identity = f"aws:{account}/{line.region}/{shelves.shown.replace(' and ', '+')}"
        alone = shelves.prefix is None
        self.capabilities = Capabilities(compare_and_set=alone, atomic=alone, others=(_LEASE, _GONE))

    def live(self) -> LiveState:
        """Read the target; that there is nothing yet is a state too."""
        return self._held(self.read()).live()

    def live_secrets(self) -> tuple[Secret, ...]:
        """What stands there under names of secrets."""
        return self.read().variables().secrets()

    def earlier_secrets(self, goal: Earlier) -> Mapping[str, Secret]:
        """What the versions of then hold."""
        return texts_by_setting(_before(self, goal), goal)

    def read(self) -> Holdings:
        """All that it holds."""
        return read_holdings(self.line, self.shelves)

    def compare(
        self,
        goal: Goal,
        *,
        formerly_ours: frozenset[str] = frozenset(),
        written: Mapping[str, Written] = NOTHING_WRITTEN,
    ) -> Comparison:
        """Say which variables would change."""
        holdings = self.read()
        return compare(goal, aim(self, goal, holdings, formerly_ours), self._held(holdings), written)

    def _held(self, holdings: Holdings) -> Held:
        owner = read_owner(self.line, self.shelves)
        return Held(holdings.variables(), holdings.base, owner, same=holdings.same)


def aim(reader: AwsReader, goal: Goal, holdings: Holdings, formerly_ours: frozenset[str]) -> Wanted:
    """What the variables are to hold."""
    return wanted(
        goal,
        laravel=reader.laravel,
        held=holdings.variables(),
        formerly_ours=formerly_ours,
        earlier=partial(_before, reader),
    )


def _before(reader: AwsReader, goal: Earlier) -> Variables:
    return Snapshot.read(goal.snapshot).holdings(reader.line, reader.shelves, goal.keys).variables()
