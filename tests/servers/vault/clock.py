"""The server's clock, which a test moves forward instead of waiting."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class FakeClock:
    """Real time with an offset; with *start* it stands still there until it is advanced."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the server's time, in UTC."""
        return (self._start or datetime.fromtimestamp(time.time(), UTC)).astimezone(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self._offset += timedelta(seconds=seconds)


def timestamp(moment: datetime) -> str:
    """Write *moment* as Vault does: RFC 3339 with nanoseconds and ``Z``."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}214Z"


def parse_duration(text: object) -> int:
    """Return the seconds of ``"1h30m"``, ``"90s"``, ``"2d"``, ``90`` or ``"90"``; raise ``ValueError`` otherwise."""
    written = str(text).strip()
    if written.isdigit():
        return int(written)
    units = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
    total, digits = 0, ""
    for letter in written:
        if letter.isdigit():
            digits += letter
        elif letter in units and digits:
            total, digits = total + int(digits) * units[letter], ""
        else:
            raise ValueError(f"no duration: {written!r}")
    if digits or not written:
        raise ValueError(f"no duration: {written!r}")
    return total


def write_duration(seconds: int) -> str:
    """Write *seconds* as Go does: ``1h0m0s``, ``5m0s``, ``0s``."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours}h{minutes}m{left}s"
    return f"{minutes}m{left}s" if minutes else f"{left}s"
