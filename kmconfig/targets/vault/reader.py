"""Reading a path, and planning against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.targets.interface import Capabilities
from kmconfig.targets.variables.comparing import Held
from kmconfig.targets.variables.reading import VariablesReader
from kmconfig.targets.vault.document import Document
from kmconfig.targets.vault.snapshot import Snapshot

if TYPE_CHECKING:
    from kmconfig.targets.goal import Earlier
    from kmconfig.targets.variables.texts import Variables
    from kmconfig.targets.vault.path import VaultPath


class VaultReader(VariablesReader[Document]):
    """Reads a path."""

    kind = "vault"

    capabilities = Capabilities(
        others=("going back needs that Vault still keeps the version of then (`max_versions`, 10 unless configured)",)
    )

    def __init__(self, path: VaultPath, *, laravel: int) -> None:
        super().__init__(laravel=laravel)
        self.path = path
        self.shown = path.shown
        self.identity = path.identity

    def read(self) -> Document:
        """All that stands there."""
        return self.path.read()

    def _held(self, content: Document) -> Held:
        """A document with its version and its owner."""
        return Held(content.variables(), content.base, content.owner)

    def _before(self, goal: Earlier) -> Variables:
        """What the version of then holds."""
        return Snapshot.read(goal.snapshot).document(self.path).variables()
