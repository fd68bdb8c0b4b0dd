"""Work done by several processes, each a copy of this one, which saves them all from starting up."""

from __future__ import annotations

import os
from contextlib import suppress
from marshal import dumps, loads
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Work = Callable[[int], Any]

_LENGTH = 8


def processors() -> int:
    """How many processes can work at a time."""
    if not hasattr(os, "fork"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share_out(work: Work, count: int, *, processes: int) -> Iterator[tuple[int, Any]]:
    """Yield ``(number, work(number))`` for all numbers below ``count``, in any order.

    Results are plain data, as :mod:`marshal` takes it. What a process that ended early leaves undone is done here.
    """
    processes = min(processes, count)
    if processes < 2:
        yield from ((number, work(number)) for number in range(count))
        return
    left = dict.fromkeys(range(count))
    team: list[_Worker] = []
    try:
        with suppress(OSError):  # no more processes to be had; their share is done here too
            for first in range(processes):
                worker = _Worker(work, range(first, count, processes))
                team.append(worker)
        for number, result in _results(team):
            del left[number]
            yield number, result
    finally:
        for worker in team:
            worker.end()
    yield from ((number, work(number)) for number in left)


class _Worker:
    """A process, and the pipe that it writes its results to."""

    def __init__(self, work: Work, numbers: Sequence[int]) -> None:
        self.source, drain = os.pipe()
        self._received = bytearray()
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _serve(work, numbers, drain)
        except OSError:
            os.close(self.source)
            raise
        finally:
            os.close(drain)

    def receive(self) -> list[tuple[int, Any]] | None:
        """The results that came in, None when there will be no more. Waits for some."""
        data = os.read(self.source, 1 << 20)
        if not data:
            return None
        self._received += data
        found = []
        while len(self._received) >= _LENGTH:
            end = _LENGTH + int.from_bytes(self._received[:_LENGTH])
            if len(self._received) < end:
                break
            found.append(loads(bytes(self._received[_LENGTH:end])))  # noqa: S302 - from our own process
            del self._received[:end]
        return found

    def end(self) -> None:
        """Make sure that the process is gone."""
        from signal import SIGKILL  # noqa: PLC0415

        os.close(self.source)
        with suppress(ChildProcessError, ProcessLookupError):  # whoever started this program may have it ignore SIGCHLD
            pid, _ = os.waitpid(self.pid, os.WNOHANG)
            if pid == 0:
                os.kill(self.pid, SIGKILL)
                os.waitpid(self.pid, 0)


def _serve(work: Work, numbers: Sequence[int], drain: int) -> None:
    """Do the work and leave, without what this process would otherwise do at its end."""
    code = 1
    try:
        with os.fdopen(drain, "wb") as pipe:
            for number in numbers:
                data = dumps((number, work(number)))
                pipe.write(len(data).to_bytes(_LENGTH))
                pipe.write(data)
                pipe.flush()
        code = 0
    finally:
        os._exit(code)


def _results(team: Sequence[_Worker]) -> Iterator[tuple[int, Any]]:
    from selectors import EVENT_READ, DefaultSelector  # noqa: PLC0415

    with DefaultSelector() as selector:
        for worker in team:
            selector.register(worker.source, EVENT_READ, worker)
        while selector.get_map():
            for key, _ in selector.select():
                found = key.data.receive()
                if found is None:
                    selector.unregister(key.fileobj)
                else:
                    yield from found
