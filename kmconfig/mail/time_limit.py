"""Work that knows no time limit of its own, such as a client library's, and is left behind when it takes too long."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Done = TypeVar("_Done")


def within(seconds: float, work: Callable[[], _Done]) -> _Done:
    """What ``work`` returns; raises what it raises, and TimeoutError when it has not come back in time.

    It runs in a thread, which goes on when time is up and does not keep the process from ending.
    """
    running = _Running(work)
    running.start()
    running.join(max(seconds, 0.0))
    if not running.done:
        raise TimeoutError
    if running.error is not None:
        raise running.error
    return running.result[0]


class _Running(threading.Thread, Generic[_Done]):
    def __init__(self, work: Callable[[], _Done]) -> None:
        super().__init__(daemon=True, name="kmconfig-within")
        self._work = work
        self.done = False
        self.result: tuple[_Done, ...] = ()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = (self._work(),)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            self.error = error
        self.done = True
