"""Waiting for a message: how often to look, and when to stop."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from kmconfig.mail.confirm.fault import MailboxFault
from kmconfig.mail.confirm.mailbox import Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.mail.confirm.mailbox import Arrival
    from kmconfig.mail.confirm.server import ImapServer

LOGIN_SECONDS: Final = 30.0
LOOK_SECONDS: Final = 20.0
"""For looking once into all folders and fetching the message; also after the time to wait has ended."""

_IDLE_SECONDS: Final = 5.0
_PAUSES: Final = ((10.0, 1.0), (30.0, 2.0))
_LONGEST_PAUSE: Final = 5.0
_MOST_FAULTS: Final = 3


class Clock(Protocol):
    """The time that a watch goes by."""

    def now(self) -> float:
        """Seconds since some moment; never goes back."""
        ...

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        """Seconds since the machine started."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How a watch ended: ``arrival`` is None where nothing came, after ``seconds``."""

    arrival: Arrival | None
    seconds: float
    folders: tuple[str, ...]


def watch(
    server: ImapServer,
    test_id: str,
    *,
    within: float,
    clock: Clock | None = None,
    open_mailbox: Callable[..., Mailbox] = Mailbox,
) -> Watched:
    """Wait up to ``within`` seconds for the message with this id.

    A connection that breaks is opened again, three times at most; then, or where there was no time left for one look
    that worked, :class:`MailboxFault` is raised. Ends :data:`LOOK_SECONDS` after ``within`` at the latest.
    """
    watching = _Watching(server, test_id, within=within, clock=clock or SystemClock(), open_mailbox=open_mailbox)
    try:
        return watching.run()
    finally:
        watching.close()


class _Watching:
    def __init__(
        self,
        server: ImapServer,
        test_id: str,
        *,
        within: float,
        clock: Clock,
        open_mailbox: Callable[..., Mailbox],
    ) -> None:
        self._server = server
        self._test_id = test_id
        self._clock = clock
        self._open = open_mailbox
        self._begun = clock.now()
        self._within = within
        self._mailbox: Mailbox | None = None
        self._folders: tuple[str, ...] = ()
        self._looked = False
        self._faults = 0

    def run(self) -> Watched:
        while True:
            arrival = self._guarded()
            if arrival is not None or (self._left <= 0 and self._looked):
                return Watched(arrival=arrival, seconds=self._passed, folders=self._folders)
            if self._left > 0:
                self._wait()

    def _guarded(self) -> Arrival | None:
        """Look once. A fault is forgiven while there is time and it does not come again and again."""
        self._looked = False
        try:
            mailbox = self._opened()
            arrival = mailbox.look(self._test_id, seconds=min(LOOK_SECONDS, max(self._left, 0) + LOOK_SECONDS / 2))
        except MailboxFault as fault:
            self._forgive(fault)
            return None
        self._looked = True
        return arrival

    def _opened(self) -> Mailbox:
        if self._mailbox is None:
            self._mailbox = self._open(self._server, seconds=min(LOGIN_SECONDS, max(self._left, 5.0)))
            self._folders = tuple(name for name, _spam in self._mailbox.folders)
        return self._mailbox

    def _wait(self) -> None:
        seconds = min(self._left, self._pause)
        try:
            if self._mailbox is not None and self._mailbox.wait(min(self._left, _IDLE_SECONDS)):
                return
        except MailboxFault as fault:
            self._forgive(fault)
        self._clock.pause(seconds)

    def _forgive(self, fault: MailboxFault) -> None:
        self.close()
        self._faults += 1
        if fault.kind in ("login", "no-login") or self._faults > _MOST_FAULTS or self._left <= 0:
            raise fault

    @property
    def _pause(self) -> float:
        passed = self._passed
        return next((pause for until, pause in _PAUSES if passed < until), _LONGEST_PAUSE)

    @property
    def _passed(self) -> float:
        return self._clock.now() - self._begun

    @property
    def _left(self) -> float:
        return self._within - self._passed

    def close(self) -> None:
        mailbox, self._mailbox = self._mailbox, None
        if mailbox is not None:
            mailbox.close()
