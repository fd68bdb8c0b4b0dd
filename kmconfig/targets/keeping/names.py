"""How lock, journal and snapshots are called in a folder that keeps them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from kmconfig.errors import Locked
from kmconfig.targets.keeping.interface import Holder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import PurePath

FOLDER = ".kmconfig"
KEPT_SNAPSHOTS = 5
LARGEST_HOLDER = 2000

_ABSENT = ".absent"
_RUN = r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]+(?:\.absent)?"


@dataclass(frozen=True, slots=True)
class Names:
    """The names that belong to one target; several targets may share a folder."""

    stem: str

    @classmethod
    def of(cls, target: PurePath) -> Self:
        """The names for a file."""
        return cls(target.name.removeprefix("."))

    @property
    def lock(self) -> str:
        """Held while a run writes; says who holds it."""
        return f"{self.stem}.lock"

    @property
    def journal(self) -> str:
        """What the run that is under way is about to do."""
        return f"{self.stem}.journal.json"

    @property
    def owner(self) -> str:
        """The environment that was applied last."""
        return f"{self.stem}.environment"

    def announced(self, content: bytes) -> str:
        """What is about to be written piece by piece; content of its own for each name."""
        return f"{self.stem}.under-way.{hashlib.sha256(content).hexdigest()[:16]}"

    @property
    def announcements(self) -> str:
        """A pattern for the names of all of these."""
        return rf"{re.escape(self.stem)}\.under-way\.[0-9a-f]{{16}}"

    def snapshot(self, run: str, content: bytes | None) -> str:
        """What a run has found; the name tells a file that did not exist from an empty one."""
        return f"{self.stem}.{run}{_ABSENT if content is None else ''}"

    @staticmethod
    def content(snapshot: str, data: bytes) -> bytes | None:
        """What a snapshot of that name says, None for a file that did not exist."""
        return None if snapshot.endswith(_ABSENT) else data

    @property
    def snapshots(self) -> str:
        """A pattern for the names of all snapshots."""
        return rf"{re.escape(self.stem)}\.{_RUN}"


def surplus(newest_first: Iterable[str], needed: Collection[str]) -> list[str]:
    """The snapshots to let go of: those that nobody needs go before the others, and the oldest of each before newer."""
    return sorted(newest_first, key=lambda name: name not in needed)[KEPT_SNAPSHOTS:]


def locked_by(text: bytes) -> Locked:
    """Say who holds a lock, by what its file says."""
    try:
        who = str(Holder(**json.loads(text)))
    except (ValueError, TypeError):
        who = "it has not said which"
    return Locked(f"another run is applying to this target: {who}", help="wait until it has ended")
