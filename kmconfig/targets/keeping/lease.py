"""A lease: a lock that ends by itself when whoever holds it is no longer there to renew it.

A lease of another holder has ended when it stood unchanged for its whole time by the clock of the store that keeps
it. Clocks of other machines are believed only where the store does not tell, and then with five minutes to spare.
A holder measures its own lease with its own clock, from before it asked for the renewal: so it stops, by a third of the
time, before anybody else may start. The number of a lease grows with each holder.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kmconfig.errors import CouldNotCheck, Locked
from kmconfig.targets.keeping.interface import Holder

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.targets.keeping.records import Record

NAME = "lease"

_SKEW = 300.0


def _uptime() -> float:
    """Seconds that also pass while the machine sleeps, where the system counts those."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """``ttl`` is how long a lease lasts, ``heartbeat`` how often it is renewed, in seconds; and what the time is."""

    ttl: float = 60.0
    heartbeat: float = 20.0
    uptime: Callable[[], float] = _uptime
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The document of a lease. Without a ``holder`` it is free, and only its number counts.

    ``mark`` tells one holding from another. ``took_over`` is who let the lease run out before this holder came.
    """

    number: int
    mark: str
    renewed: datetime
    ttl: float = 0.0
    holder: Holder | None = None
    took_over: Holder | None = None

    @classmethod
    def next(cls, before: Lease | None, holder: Holder, timing: Timing) -> Lease:
        """The lease of a new holder."""
        return cls(
            number=before.number + 1 if before is not None else 1,
            mark=uuid.uuid4().hex,
            ttl=timing.ttl,
            renewed=timing.now(),
            holder=holder,
            took_over=before.holder if before is not None else None,
        )

    @classmethod
    def read(cls, text: str) -> Lease:
        """Read a document. Raises CouldNotCheck for what no run of ours has written."""
        try:
            document = json.loads(text)
            return cls(
                number=int(document["number"]),
                mark=str(document["mark"]),
                ttl=float(document["ttl"]),
                renewed=datetime.fromisoformat(document["renewed"]).astimezone(UTC),
                holder=_holder(document["holder"]),
                took_over=_holder(document["took_over"]),
            )
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            pass_on = CouldNotCheck(
                "the lease of this target is not one that kmconfig has written",
                help="see who else writes there; remove it once nobody is applying",
            )
        raise pass_on

    def text(self) -> str:
        """The document."""
        document: dict[str, Any] = {
            "version": 1,
            "number": self.number,
            "mark": self.mark,
            "ttl": self.ttl,
            "renewed": self.renewed.isoformat(timespec="milliseconds"),
            "holder": self.holder.document() if self.holder is not None else None,
            "took_over": self.took_over.document() if self.took_over is not None else None,
        }
        return json.dumps(document, separators=(",", ":"))

    def left(self, record: Record, timing: Timing) -> float:
        """Seconds until somebody else may have it; none where it is free or has run out."""
        if self.holder is None:
            return 0.0
        age = record.age
        if age is None:
            age = (timing.now() - self.renewed).total_seconds() - _SKEW
        return max(0.0, self.ttl - age)

    def taken(self, left: float, timing: Timing) -> Locked:
        """Say who holds it, since when, and until when."""
        until = timing.now() + timedelta(seconds=left)
        return Locked(
            f"another run is applying to this target: {self.holder}; its lease ends at {until:%H:%M:%S} UTC unless it"
            " is renewed",
            help="wait until it has ended; the lease of a run that was killed can be taken over when its time is up",
        )


def _holder(document: Any) -> Holder | None:
    return None if document is None else Holder(**document)
