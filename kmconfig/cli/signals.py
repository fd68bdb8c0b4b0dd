"""Signals that end a run which has to be undone first."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def terminations_as_interrupts() -> Iterator[None]:
    """A cancelled pipeline sends SIGTERM, a closed terminal SIGHUP: treat both as Ctrl-C, so that a run is undone."""

    def interrupt(number: int, frame: object) -> None:  # noqa: ARG001 - a signal handler
        raise KeyboardInterrupt

    # `nohup` has SIGHUP ignored, and means it.
    numbers = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
