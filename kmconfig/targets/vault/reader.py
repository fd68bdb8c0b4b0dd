"""Reading a path, and planning against it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kmconfig.targets.interface import NOTHING_WRITTEN, Capabilities
from kmconfig.targets.variables.comparing import Held, compare
from kmconfig.targets.variables.wanted import texts_by_setting, wanted
from kmconfig.targets.vault.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.secrets.secret import Secret
    from kmconfig.targets.goal import Earlier, Goal
    from kmconfig.targets.interface import Comparison, LiveState
    from kmconfig.targets.secret_changes import Written
    from kmconfig.targets.variables.texts import Variables
    from kmconfig.targets.variables.wanted import Wanted
    from kmconfig.targets.vault.document import Document
    from kmconfig.targets.vault.path import VaultPath


class VaultReader:
    """Reads a path. ``laravel`` is the major version whose variables are written."""

    kind = "vault"

    capabilities = Capabilities(
        others=("going back needs that Vault still keeps the version of then (`max_versions`, 10 unless configured)",)
    )

    folder = None

    def __init__(self, path: VaultPath, *, laravel: int) -> None:
        self.path = path
        self.laravel = laravel
        self.shown = path.shown
        self.identity = path.identity

    def live(self) -> LiveState:
        """Read the path; that there is nothing yet is a state too."""
        return _held(self.read()).live()

    def live_secrets(self) -> tuple[Secret, ...]:
        """What stands there under names of secrets, those of others too."""
        return self.read().variables().secrets()

    def earlier_secrets(self, goal: Earlier) -> Mapping[str, Secret]:
        """What the version of then holds."""
        return texts_by_setting(_before(self, goal), goal)

    def read(self) -> Document:
        """All that stands there."""
        return self.path.read()

    def compare(
        self,
        goal: Goal,
        *,
        formerly_ours: frozenset[str] = frozenset(),
        written: Mapping[str, Written] = NOTHING_WRITTEN,
    ) -> Comparison:
        """Say which keys would change."""
        document = self.read()
        return compare(goal, aim(self, goal, document, formerly_ours), _held(document), written)


def aim(reader: VaultReader, goal: Goal, document: Document, formerly_ours: frozenset[str]) -> Wanted:
    """What the keys of a document are to hold."""
    return wanted(
        goal,
        laravel=reader.laravel,
        held=document.variables(),
        formerly_ours=formerly_ours,
        earlier=partial(_before, reader),
    )


def _before(reader: VaultReader, goal: Earlier) -> Variables:
    return Snapshot.read(goal.snapshot).document(reader.path).variables()


def _held(document: Document) -> Held:
    return Held(document.variables(), document.base, document.owner)
