"""Interrupts that come at a bad moment, and signals that are to be interrupts."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Let an interrupt come only after the block.

    In the middle of its start a child process would be lost, and live on. Only the main thread is ever interrupted,
    so in others nothing is done.
    """
    came: list[int] = []
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if callable(signal.getsignal(number)):
                before[number] = signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for held, handler in before.items():
            signal.signal(held, handler)
    for missed in came:
        signal.raise_signal(missed)


class Terminations:
    """SIGTERM and SIGHUP as interrupts: a cancelled pipeline sends the one, a closed terminal the other.

    Then a run comes to its end as after Ctrl-C, and ends its logins. Only the main thread may begin this; in others
    nothing is done.
    """

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._ending = False

    def begin(self) -> None:
        """Interrupt from now on. Signals that are ignored stay so: `nohup` has SIGHUP ignored, and means it."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):
                # Whoever handles them already does the same.
                if signal.getsignal(number) is signal.SIG_DFL:
                    self._before[number] = signal.signal(number, self._interrupt)

    def ending(self) -> None:
        """Let nothing happen any more: the run is being ended."""
        self._ending = True

    def over(self) -> None:
        """Put back what was there before."""
        while self._before:
            number, handler = self._before.popitem()
            if signal.getsignal(number) == self._interrupt:
                signal.signal(number, handler)

    def _interrupt(self, number: int, frame: object) -> None:  # noqa: ARG002 - a signal handler
        if not self._ending:
            raise KeyboardInterrupt
