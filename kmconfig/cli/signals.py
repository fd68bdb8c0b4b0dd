"""Signals that end a run which has to be undone first."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Handler: TypeAlias = Callable[[int, object], None]


@contextmanager
def terminations_as_interrupts() -> Iterator[None]:
    """A cancelled pipeline sends SIGTERM, a closed terminal SIGHUP: treat both as Ctrl-C, so that a run is undone."""

    def interrupt(number: int, frame: object) -> None:  # noqa: ARG001 - a signal handler
        raise KeyboardInterrupt

    with handled_by(interrupt, signal.SIGTERM, signal.SIGHUP):
        yield


@contextmanager
def handled_by(handler: Handler, *signals: signal.Signals) -> Iterator[None]:
    """Let a handler take signals, but for those that are ignored: `nohup` has SIGHUP ignored, and means it."""
    numbers = [number for number in signals if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
