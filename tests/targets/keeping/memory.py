"""Documents in memory that several keepers share, and a time that tests move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.keeping.lease import Timing
from kmconfig.targets.keeping.leased import LeasedKeeper
from kmconfig.targets.keeping.records import Conflict, Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.targets.keeping.holding import LeaseFence


class Time:
    """The seconds that have passed, for the store and for a machine whose clock is ``skew`` seconds off."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def timing(self, *, skew: float = 0.0) -> Timing:
        start = datetime(2026, 11, 22, 15, tzinfo=UTC) + timedelta(seconds=skew)
        return Timing(uptime=lambda: self.seconds, now=lambda: start + timedelta(seconds=self.seconds - 1000))


class Memory:
    """Documents with a version number; ``tells_age`` is False for a store that does not say how old one is.

    ``before`` is called before each write. ``lost`` makes writes raise after they have happened, ``away`` makes
    everything raise.
    """

    where = "memory"

    def __init__(self, time: Time, *, tells_age: bool = True) -> None:
        self.documents: dict[str, tuple[int, str, float]] = {}
        self.puts = 0
        self.lost = False
        self.away = False
        self.before: Callable[[], None] = lambda: None
        self._time = time
        self._tells_age = tells_age

    def ensure(self) -> None:
        self._reach()

    def get(self, name: str) -> Record | None:
        self._reach()
        if name not in self.documents:
            return None
        number, text, since = self.documents[name]
        age = self._time.seconds - since if self._tells_age else None
        return Record(text=text, token=str(number), age=age)

    def put(self, name: str, text: str, *, expected: str | None) -> str:
        self._reach()
        self.before()
        number = self.documents[name][0] if name in self.documents else None
        if expected != (None if number is None else str(number)):
            raise Conflict
        self.puts += 1
        self.documents[name] = ((number or 0) + 1, text, self._time.seconds)
        if self.lost:
            raise CouldNotCheck("the answer was lost")
        return str((number or 0) + 1)

    def delete(self, name: str, *, expected: str) -> None:
        self._reach()
        if expected != str(self.documents[name][0]):
            raise Conflict
        del self.documents[name]

    def _reach(self) -> None:
        if self.away:
            raise CouldNotCheck("memory is away")


class Still:
    """A heart that beats only when a test says so."""

    def __init__(self, fence: LeaseFence, _seconds: float) -> None:
        self.fence = fence

    def start(self) -> None:
        """Nothing begins."""

    def stop(self) -> None:
        """Nothing ends."""


def keeper(memory: Memory, timing: Timing) -> LeasedKeeper:
    return LeasedKeeper(memory, note=lambda _environment: None, timing=timing, beating=Still)
