"""How long a store may keep a run waiting, in seconds, and when a request is repeated."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``connect`` and ``read`` bound single waits for the network, ``attempt`` a whole request with its answer.

    ``budget`` bounds all that one store costs beyond the first second of each request.
    """

    connect: float = 3.0
    read: float = 10.0
    attempt: float = 15.0
    tries: int = 3
    budget: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time and chance, so that they can be chosen."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


_FREE = 1.0
_FIRST_PAUSE = 0.5
_SHORTEST_ATTEMPT = 0.05


class Patience:
    """What is left of a store's budget."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._left = limits.budget

    @property
    def limits(self) -> Limits:
        """The limits that this is measured by."""
        return self._limits

    def attempt(self) -> float | None:
        """Seconds the next request may take altogether; None when the budget is spent."""
        seconds = min(self._limits.attempt, self._left)
        return seconds if seconds >= _SHORTEST_ATTEMPT else None

    def allow(self, seconds: float) -> None:
        """Grant this much anew, whatever was spent."""
        self._left = seconds

    def start(self) -> float:
        """When a request starts, for :meth:`charge`."""
        return self._clock.monotonic()

    def charge(self, start: float) -> None:
        """Count a request that started at ``start`` and is over."""
        self._left -= max(0.0, self._clock.monotonic() - start - _FREE)

    def pause(self, tried: int, *, asked: float | None) -> bool:
        """Wait before the next try, longer than the server ``asked``; False when that is more than is left."""
        pause = _FIRST_PAUSE * 2 ** (tried - 1) * (0.5 + self._clock.chance())
        if asked is not None:
            pause = asked + pause / 4
        if pause >= self._left:
            return False
        self._left -= pause
        self._clock.sleep(pause)
        return True


def retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` header (RFC 9110, section 10.2.3) asks for; None for anything else."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - servers hardly ever send a date

    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
