"""Reading parameters and a secret, and planning against them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.targets.aws.holdings import Holdings, read_holdings
from kmconfig.targets.aws.owner import read_owner
from kmconfig.targets.aws.snapshot import Snapshot
from kmconfig.targets.interface import Capabilities
from kmconfig.targets.variables.comparing import Held
from kmconfig.targets.variables.reading import VariablesReader

if TYPE_CHECKING:
    from kmconfig.targets.aws.line import Line
    from kmconfig.targets.aws.shelves import Shelves
    from kmconfig.targets.goal import Earlier
    from kmconfig.targets.variables.texts import Variables

_LEASE = "AWS cannot take over a lease in one step: of two runs that do so at once both may have to start again"
_GONE = "AWS drops old versions (a parameter's beyond 100, a secret's when it needs room), and with them the way back"


class AwsReader(VariablesReader[Holdings]):
    """Reads the target. Opening it asks AWS for the account. Raises CouldNotCheck."""

    kind = "aws"

    def __init__(self, line: Line, shelves: Shelves, *, laravel: int) -> None:
        super().__init__(laravel=laravel)
        self.line = line
        self.shelves = shelves
        self.shown = shelves.shown
        account = line.read(self.shown, "sts", "get_caller_identity").get("Account")
        self.identity = f"aws:{account}/{line.region}/{shelves.shown.replace(' and ', '+')}"
        alone = shelves.prefix is None
        self.capabilities = Capabilities(compare_and_set=alone, atomic=alone, others=(_LEASE, _GONE))

    def read(self) -> Holdings:
        """All that it holds."""
        return read_holdings(self.line, self.shelves)

    def _held(self, content: Holdings) -> Held:
        """Parameters and secret with their versions, and their owner."""
        owner = read_owner(self.line, self.shelves)
        return Held(content.variables(), content.base, owner, same=content.same)

    def _before(self, goal: Earlier) -> Variables:
        """What the versions of then hold."""
        return Snapshot.read(goal.snapshot).holdings(self.line, self.shelves, goal.keys).variables()
