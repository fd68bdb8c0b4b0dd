"""Testing several environments at once: work in threads, what is said in order, and nothing left behind."""

from __future__ import annotations

import io
import threading
import time
from contextvars import copy_context
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol

from kmconfig.cli.options import current
from kmconfig.errors import KmconfigError
from kmconfig.mail.stages import Listener, Silence
from kmconfig.report.mail import StageLines, TranscriptLines
from kmconfig.report.mail_table import ProgressLine, summary_lines
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kmconfig.cli.worst import Outcomes
    from kmconfig.environment.environment import Environment
    from kmconfig.mail.stages import Progress, Stage

_FAREWELL = 2.0
"""Seconds that broken-off conversations get to end."""

_GLANCE = 0.1
"""Seconds between two looks at what goes on."""


class Job(Protocol):
    """The test of one environment. Only :meth:`run` is called in a thread; its progress goes to what it is given."""

    environment: Environment

    def prepare(self) -> None:
        """Do what has to come first, one environment after the other. Raises KmconfigError."""
        ...

    def run(self, progress: Progress) -> None:
        """Speak to servers. Raises KmconfigError."""
        ...

    def announce(self, outcomes: Outcomes) -> None:
        """Say what is going to be done."""
        ...

    def tell(self, outcomes: Outcomes) -> None:
        """Add the result, and say it."""
        ...

    def refused(self, error: KmconfigError) -> dict[str, Any]:
        """The result of a test that was not tried."""
        ...


def work_off(jobs: Sequence[Job], outcomes: Outcomes, *, limit: int) -> None:
    """Do all jobs, at most ``limit`` at once; results and what is said come in their order."""
    if len(jobs) == 1:
        _do(jobs[0], outcomes)
        return
    crew = Crew(limit=min(limit, len(jobs)))
    try:
        underway = [_Underway(job, crew, stream=outcomes.stream) for job in jobs]
        for one in underway:
            one.begin()
        line = ProgressLine(outcomes.stream, style=current().style(outcomes.stream))
        for one in underway:
            _await(one, underway, line if current().verbosity >= 0 else None)
            with outcomes.of(one.job.environment.name, refused=one.job.refused):
                one.tell(outcomes)
    finally:
        crew.stop()
    for text in summary_lines(outcomes.document()["results"], style=current().style(outcomes.stream)):
        outcomes.say(text)


def _do(job: Job, outcomes: Outcomes) -> None:
    """Do one job here, and say what happens as it happens."""
    with outcomes.of(job.environment.name, refused=job.refused):
        job.prepare()
        job.announce(outcomes)
        job.run(_lines(outcomes.stream))
        job.tell(outcomes)


def _lines(stream: Any, *, like: Any = None) -> Progress:
    """Shows stages, and with -v what is said; in the colours of another stream where it is kept for that."""
    if current().verbosity < 0:
        return Silence()
    kind = TranscriptLines if current().verbosity > 0 else StageLines
    return kind(stream, style=current().style(like or stream))


def _await(one: _Underway, everyone: Sequence[_Underway], line: ProgressLine | None) -> None:
    """Wait for one, and show meanwhile what all are about."""
    # Never without a limit: where the system hands Ctrl-C to another thread, this one would sleep on.
    while not one.done.wait(_GLANCE):
        if line is not None and line.live:
            working = [(other.job.environment.name, other.stage) for other in everyone if other.stage]
            line.show(done=sum(other.done.is_set() for other in everyone), of=len(everyone), working=working)
    if line is not None:
        line.clear()


class _Underway:
    """A job in the hands of a crew. What it says is kept until its turn."""

    def __init__(self, job: Job, crew: Crew, *, stream: Any) -> None:
        self.job = job
        self.done = threading.Event()
        self._crew = crew
        self._error: BaseException | None = None
        self._said = io.StringIO()
        self._progress = _Watched(_lines(self._said, like=stream), crew)

    @property
    def stage(self) -> str:
        """What it is about; empty before and after."""
        return "" if self.done.is_set() else self._progress.stage

    def begin(self) -> None:
        """Prepare it, and hand it over."""
        try:
            self.job.prepare()
        except KmconfigError as error:
            self._error = error
            self.done.set()
        else:
            self._crew.take(self._work)

    def tell(self, outcomes: Outcomes) -> None:
        """Say everything that belongs to it. Raises what ended it."""
        if self._progress.stage:
            self.job.announce(outcomes)
            say(outcomes.stream, self._said.getvalue())
        if self._error is not None:
            raise self._error
        self.job.tell(outcomes)

    def _work(self) -> None:
        try:
            self.job.run(self._progress)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self._error = error
        self.done.set()


class _Watched:
    """Passes on what happens, and ends it where the crew is to stop."""

    def __init__(self, lines: Progress, crew: Crew) -> None:
        self.stage = ""
        self._lines = lines
        self._crew = crew

    def started(self, stage: str) -> None:
        """Pass it on."""
        self._crew.require_going_on()
        self.stage = stage
        self._lines.started(stage)

    def finished(self, stage: Stage) -> None:
        """Pass it on."""
        self._lines.finished(stage)

    def said(self, mark: str, line: str) -> None:
        """Pass it on to whom it interests."""
        self._crew.require_going_on()
        if isinstance(self._lines, Listener):
            self._lines.said(mark, line)


class Stopped(BaseException):
    """Ends a conversation because the run has been broken off."""


class Crew:
    """Threads that work things off. None of them keeps the process from ending."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()

    def take(self, work: Callable[[], None]) -> None:
        """Do this as soon as somebody is free."""
        self._queue.put(work)
        if len(self._threads) < self._limit:
            # Each thread sees the options of the run as they are here.
            thread = threading.Thread(target=copy_context().run, args=(self._labour,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def require_going_on(self) -> None:
        """Raise Stopped where the run has been broken off: no stage is begun any more, so no message is sent."""
        if self._stopped.is_set():
            raise Stopped

    def stop(self) -> None:
        """End at the next word of each conversation, and wait for that a moment."""
        self._stopped.set()
        for _ in self._threads:
            self._queue.put(None)
        ends = time.monotonic() + _FAREWELL
        for thread in self._threads:
            thread.join(max(ends - time.monotonic(), 0))

    def _labour(self) -> None:
        while (work := self._queue.get()) is not None and not self._stopped.is_set():
            work()
