"""Replacing files of another machine as a whole."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.atomic import TEMPORARY, leftovers
from kmconfig.targets.files.remedies import remedy
from kmconfig.targets.files.ssh_faults import SessionLost, reason
from kmconfig.targets.files.ssh_reading import RemoteReading
from kmconfig.targets.files.ssh_scripts import GONE, LOST, OWN, PUT, REMOVE, REMOVE_ALONE, TRY
from kmconfig.targets.keeping.interface import LeaseLost

if TYPE_CHECKING:
    from kmconfig.targets.files.ssh_connection import Answer, SshConnection

_BY_THE_SAME_LOGIN = "let the user who logs in create this folder beside the target, and always apply as the same user"


@dataclass(frozen=True, slots=True)
class RemoteWriting:
    """Writes files there, each as a whole or not at all, as long as the lock is this run's.

    Paths are as ``RemoteReading.locate`` gives them. All methods raise CouldNotCheck, SessionLost
    where the lock was lost with the session that held it, and LeaseLost where another run has it.
    """

    connection: SshConnection

    def try_put(self, path: str) -> None:
        """Do everything short of replacing a file."""
        self._done(path, self.connection.ask(TRY, path, _temporary(path), "0", "600"))

    def put(self, path: str, data: bytes, *, mode: int) -> None:
        """Put content into the place of a file, whose owner and mode stay; a new one gets ``mode``."""
        size, lock = str(len(data)), self.connection.lock
        self._done(path, self.connection.ask(PUT, path, _temporary(path), size, f"{mode:o}", *lock, data=data))

    def remove(self, *paths: str) -> None:
        """Remove files of one folder; some may be gone already."""
        if paths:
            self._done(paths[0], self.connection.ask(REMOVE, *self.connection.lock, *paths))

    def remove_alone(self, path: str) -> None:
        """Remove a file that names this run, with the lock for just that moment: the session that held it is lost."""
        self._done(path, self.connection.ask(REMOVE_ALONE, *self.connection.lock, path))

    def sweep(self, folder: str, names: str) -> None:
        """Remove what killed runs left beside files in ``folder`` whose names match the pattern ``names``."""
        leftover = leftovers(names)
        found = RemoteReading(self.connection).names(folder)
        self.remove(*(f"{folder}/{name}" for name in found if leftover.fullmatch(name)))

    def own(self, *folders: str) -> None:
        """Make folders that are this login's alone, for what is kept with a target."""
        answer = self.connection.ask(OWN, *folders)
        if answer.code:
            why = reason(answer.said)
            raise CouldNotCheck(
                f"lock, journal and snapshots cannot be kept in `{self.connection.place}:{folders[0]}`: {why}",
                help=remedy(why, otherwise=_BY_THE_SAME_LOGIN),
            )

    def _done(self, path: str, answer: Answer) -> None:
        if not answer.code:
            return
        why = reason(answer.said)
        if answer.code == LOST:
            raise LeaseLost(
                f"{self.connection.place}: {why}", help="see what the other run does, then `kmconfig apply --resume`"
            )
        if answer.code == GONE:
            raise SessionLost(self.connection.place)
        raise CouldNotCheck(f"cannot write `{self.connection.place}:{path}`: {why}", help=remedy(why))


def _temporary(path: str) -> str:
    """A name beside a file that nothing has yet."""
    pure = PurePosixPath(path)
    return f"{pure.parent}/.{pure.name}{TEMPORARY}{secrets.token_hex(6)}"
