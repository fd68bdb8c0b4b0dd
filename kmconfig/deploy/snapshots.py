"""Which snapshots stay with a target: those of runs that can be taken back, none of runs that changed nothing."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from kmconfig.deploy import journal
from kmconfig.errors import CouldNotCheck, KmconfigError
from kmconfig.targets.keeping.names import KEPT_SNAPSHOTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.deploy.receipts import Receipts
    from kmconfig.targets.keeping.interface import Keeper


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Those of one target, the identity of which receipts name."""

    keeper: Keeper
    receipts: Receipts
    target: str

    def prune(self) -> None:
        """Let go of all but five, of those last that a rollback goes back to. Raises OSError or CouldNotCheck."""
        applied = islice(self.receipts.changing(self.target), KEPT_SNAPSHOTS)
        self.keeper.prune(needed=[name for receipt in applied if (name := receipt.text("snapshot"))])

    def drop(self, name: str) -> None:
        """Let go of one whose run changed nothing; one that cannot be removed now is pruned by a later run."""
        with suppress(OSError, CouldNotCheck):
            self.keeper.drop(name)

    @contextmanager
    def only_with_journal(self, name: str) -> Iterator[None]:
        """Let go of one where the journal that is to name it cannot be written, unless it does so all the same."""
        written = False
        try:
            yield
            written = True
        finally:
            if not written and not self._is_named(name):
                self.drop(name)

    def _is_named(self, name: str) -> bool:
        """Whether the journal needs this one, or may do so."""
        try:
            entry = journal.read(self.keeper)
        except KmconfigError:
            return True
        return entry is not None and entry.snapshot == name
