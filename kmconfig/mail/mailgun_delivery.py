"""Waiting for the word on a message: delivered, failed for good, or nothing in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmconfig.mail.failure import bounded
from kmconfig.mail.mailgun_events import final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kmconfig.mail.mailgun_api import Clock
    from kmconfig.mail.mailgun_events import Event

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is known by recipient after ``waited`` seconds."""

    recipients: tuple[str, ...]
    known: Mapping[str, Event]
    waited: float

    @property
    def settled(self) -> dict[str, Event]:
        """The last words."""
        return {recipient: event for recipient, event in self.known.items() if final(event)}

    @property
    def lost(self) -> dict[str, Event]:
        """Those that failed for good."""
        return {recipient: event for recipient, event in self.settled.items() if event.kind != "delivered"}

    @property
    def pending(self) -> tuple[str, ...]:
        """Recipients without a last word."""
        return tuple(recipient for recipient in self.recipients if recipient not in self.settled)

    @property
    def unproved(self) -> str:
        """What to say of the recipients without a last word."""
        delays = "; ".join(f"{name}: {self.known[name].words}" for name in self.pending if name in self.known)
        words = f"no word on delivery to {', '.join(self.pending)} within {self.waited:.0f} s"
        return bounded(f"{words}{f' ({delays})' if delays else ''}")


def told(events: Mapping[str, Event]) -> str:
    """Events by recipient as one line."""
    return bounded("; ".join(f"{recipient}: {event.words}" for recipient, event in events.items()))


def await_delivery(
    look: Callable[[float], Mapping[str, Event] | None],
    recipients: tuple[str, ...],
    *,
    first: Mapping[str, Event],
    clock: Clock,
    seconds: float,
) -> Delivery:
    """Look again and again until each recipient has a last word, for so many seconds at most.

    ``first`` is what is known already; ``look`` is given the time by which it has to come back, and returns None when
    there will be nothing to see by then.
    """
    begun = clock.now()
    ends, pause, known = begun + seconds, _FIRST_PAUSE, first
    while True:
        found = Delivery(recipients=recipients, known=known, waited=clock.now() - begun)
        if not found.pending or clock.now() + pause >= ends:
            return found
        clock.pause(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
        seen = look(ends)
        if seen is None:
            return Delivery(recipients=recipients, known=known, waited=clock.now() - begun)
        known = seen
