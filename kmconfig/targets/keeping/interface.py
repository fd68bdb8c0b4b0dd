"""What apply keeps with a target while it changes it, whatever the target is."""

from __future__ import annotations

import getpass
import os
import shlex
import socket
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, Self

from kmconfig.errors import Locked

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import AbstractContextManager


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock: run, command line, person, machine and process, and since when (UTC)."""

    run: str
    environment: str
    command: str
    who: str
    host: str
    process: int
    since: str

    @classmethod
    def here(cls, *, run: str, environment: str) -> Self:
        """This process."""
        return cls(
            run=run,
            environment=environment,
            command=shlex.join(["kmconfig", *sys.argv[1:]])[:200],
            who=user_name(),
            host=socket.gethostname(),
            process=os.getpid(),
            since=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        )

    def document(self) -> dict[str, Any]:
        """The holder as a lock file or lease says it."""
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"run {self.run} of `{self.environment}` by {self.who} on {self.host}, process {self.process}, since"
            f" {self.since}: {self.command}"
        )


class LeaseLost(Locked):
    """Somebody else has taken over a lease that this run let expire; it must not write any more."""


class Fence(Protocol):
    """Stands before each write of whoever holds a lock. ``number`` grows with each holder.

    ``took_over`` is whose expired lock this was, None where it was free.
    """

    @property
    def number(self) -> int:
        """The number of this holder."""
        ...

    @property
    def took_over(self) -> str | None:
        """Whose expired lock this was."""
        ...

    def check(self) -> None:
        """Make sure that the lock is still ours. Raises LeaseLost."""
        ...


class Keeper(Protocol):
    """Keeps the lock, the journal and the snapshots of one target. ``where`` says for people where they lie."""

    where: str

    def ensure(self) -> None:
        """Make the place if need be. Raises CouldNotCheck where that is not possible or others could tamper with it."""
        ...

    def hold(self, holder: Holder) -> AbstractContextManager[Fence]:
        """Hold the lock of the target.

        Raises Locked, naming the holder, or CouldNotCheck where it cannot be held.
        """
        ...

    def journal(self) -> bytes | None:
        """The journal of the run that is under way or was killed; None where there is none. Creates nothing.

        Raises CouldNotCheck where it cannot be read.
        """
        ...

    def record(self, journal: bytes) -> None:
        """Put the journal in its place; it is durable when this returns. Raises OSError or CouldNotCheck."""
        ...

    def close(self) -> None:
        """Remove the journal: the run has ended with a known result. Raises OSError or CouldNotCheck."""
        ...

    def keep(self, run: str, snapshot: bytes | None) -> str:
        """Keep what the target held before a run, for its owner only, and return the name it is kept under.

        Raises OSError or CouldNotCheck.
        """
        ...

    def place(self, name: str) -> str:
        """Where a snapshot lies, for people."""
        ...

    def kept(self, name: str) -> bytes | None:
        """The snapshot of a name. Raises CouldNotCheck where it is not there or cannot be read."""
        ...

    def owner(self) -> str | None:
        """The environment that was applied to the target last, None where that is not known. Creates nothing."""
        ...

    def mark(self, environment: str) -> None:
        """Remember whose settings the target holds. Raises OSError or CouldNotCheck."""
        ...

    def sweep(self) -> None:
        """Remove what killed runs left half written. Only for whoever holds the lock. Raises OSError."""
        ...

    def drop(self, name: str) -> None:
        """Let go of a snapshot; it may be gone already. Raises OSError or CouldNotCheck."""
        ...

    def prune(self, needed: Collection[str] = ()) -> None:
        """Let go of all but five snapshots, of those ``needed`` last and of the newest last; never while a journal is.

        Raises OSError or CouldNotCheck.
        """
        ...


def user_name() -> str:
    """The name of this user; the number where the system has no name for it, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.geteuid())
