"""Applying many environments: wave by wave, several at a time, until the first failure."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.cli.options import current
from kmconfig.cli.signals import handled_by, terminations_as_interrupts
from kmconfig.cli.worst import Outcomes
from kmconfig.deploy.receipt import result_without_run
from kmconfig.deploy.undo import INTERRUPTED
from kmconfig.errors import PartialOrUnknown
from kmconfig.report.fleet import summary_lines
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kmconfig.cli.applying import Applying
    from kmconfig.environment.environment import Environment

NOT_STARTED = "not_started"


class Done(NamedTuple):
    """What came of one environment: its result for machines, its exit code, and what there is to read."""

    result: dict[str, Any]
    code: int
    text: str


class Fleet:
    """Applies waves of environments. ``keep_going`` lets the rest go on after a failure."""

    def __init__(self, applying: Applying, outcomes: Outcomes, *, at_once: int, keep_going: bool) -> None:
        self._applying = applying
        self._outcomes = outcomes
        self._at_once = at_once
        self._keep_going = keep_going
        self._rows: list[tuple[str, str, float]] = []
        self._broken_off = False

    def apply(self, fleet: list[list[Environment]]) -> None:
        """Apply them all, or as many as succeed, and say in the end what came of each."""
        everything = [environment for wave in fleet for environment in wave]
        if not everything:
            self._outcomes.say("no environment belongs to this part, so there is nothing to apply")
        for wave in fleet:
            if self._stopped():
                break
            if self._at_once > 1 and len(wave) > 1:
                self._side_by_side(wave)
            else:
                self._one_by_one(wave)
        begun = {name for name, _, _ in self._rows}
        for environment in everything:
            if environment.name not in begun:
                self._left_out(environment.name)
        if len(everything) > 1:
            for line in summary_lines(self._rows, style=current().style(self._outcomes.stream)):
                self._outcomes.say(line)

    def _left_out(self, name: str) -> None:
        """Say of an environment that it was not begun, and why."""
        reason = "the command was broken off" if self._broken_off else "an environment before it failed"
        code = INTERRUPTED if self._broken_off else 0
        self._outcomes.add(result_without_run(name, NOT_STARTED, f"{reason}, so it was not begun"), code)
        self._rows.append((name, NOT_STARTED, 0.0))

    def _stopped(self) -> bool:
        return self._broken_off or (self._outcomes.exit_code != 0 and not self._keep_going)

    def _one_by_one(self, wave: list[Environment]) -> None:
        for environment in wave:
            if self._stopped():
                return
            began = time.perf_counter()
            self._applying.one(environment)
            self._broken_off = self._outcomes.interrupted
            self._row(environment.name, began)

    def _row(self, name: str, began: float) -> None:
        self._rows.append((name, self._outcomes.last_result, time.perf_counter() - began))

    def _side_by_side(self, wave: list[Environment]) -> None:
        """Each in a process of its own, a copy of this one; what it says is shown when it has ended."""
        began = time.perf_counter()
        share = (self._applying, wave)
        pool = ProcessPoolExecutor(len(wave), mp_context=get_context("fork"), initializer=_begin, initargs=share)
        with self._heard_later(), pool:
            running = {pool.submit(_apply_here, number): environment.name for number, environment in enumerate(wave)}
            for future in as_completed(running):
                name = running[future]
                try:
                    done = future.result()
                except (BrokenProcessPool, OSError):
                    done = Done(lost(name), PartialOrUnknown.exit_code, f"{name}: its process was ended from outside\n")
                say(self._outcomes.stream, done.text)
                self._outcomes.take(done.result, done.code, done.text)
                self._broken_off = self._broken_off or self._outcomes.interrupted
                self._row(name, began)

    @contextmanager
    def _heard_later(self) -> Iterator[None]:
        """Take note of an interrupt, and go on: those that are under way hear it themselves, and have to be told of."""

        def note(number: int, frame: object) -> None:  # noqa: ARG001 - a signal handler
            self._broken_off = True

        with handled_by(note, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            yield


#: What this process shares in, where it is one of several; a copy of its parent's, so nothing is sent to it.
_SHARE: list[tuple[Applying, list[Environment]]] = []


#: Held by this process while it applies an environment.
_UNDER_WAY = threading.Lock()


def _begin(applying: Applying, wave: list[Environment]) -> None:
    """Prepare a process for its work: it is interrupted only while it applies, and ends its logins at its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _SHARE.append((applying, wave))
    close = current().close
    Finalize(None, close, exitpriority=10)
    threading.Thread(target=_end_with_parent, args=(close,), daemon=True).start()


def _end_with_parent(close: Callable[[], None]) -> None:
    """End this process when the command was killed that began it, once what is under way has come to its end.

    Nobody else would end it, and a pipeline would wait for whoever holds its output.
    """
    parent = parent_process()
    if parent is None:
        return
    connection.wait([parent.sentinel])
    with _UNDER_WAY:
        close()
        os._exit(INTERRUPTED)


def _apply_here(number: int) -> Done:
    """Apply one environment in this process, and keep what it says."""
    applying, wave = _SHARE[-1]
    environment = wave[number]
    said = io.StringIO()
    outcomes = Outcomes(form="text", stream=said)
    with _UNDER_WAY, _errors_to(said), _interruptible():
        applying.with_outcomes(outcomes).one(environment)
    return Done(outcomes.document()["results"][-1], outcomes.exit_code, said.getvalue())


@contextmanager
def _errors_to(said: io.StringIO) -> Iterator[None]:
    before = sys.stderr
    sys.stderr = said
    try:
        yield
    finally:
        sys.stderr = before


@contextmanager
def _interruptible() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with terminations_as_interrupts():
            yield
    finally:
        signal.signal(signal.SIGINT, before)


def lost(environment: str) -> dict[str, Any]:
    """The result of an environment whose process ended without a word."""
    help_ = f"`kmconfig apply {environment} --resume` finds out, and ends it"
    return result_without_run(environment, "unknown", f"its process was ended from outside; {help_}")
