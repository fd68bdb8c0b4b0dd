"""Environments that are applied at the same time, each in a process of its own."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.cli.options import current
from kmconfig.cli.signals import terminations_as_interrupts
from kmconfig.cli.worst import Outcomes
from kmconfig.deploy.receipt import result_without_run
from kmconfig.deploy.undo import INTERRUPTED
from kmconfig.errors import PartialOrUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kmconfig.cli.applying import Applying
    from kmconfig.environment.environment import Environment


class Done(NamedTuple):
    """What came of one environment: its result for machines, its exit code, and what there is to read."""

    result: dict[str, Any]
    code: int
    text: str


def apply_side_by_side(applying: Applying, wave: Sequence[Environment]) -> Iterator[tuple[str, Done]]:
    """Apply all at once, and yield the name of each environment that has ended with what came of it."""
    pool = ProcessPoolExecutor(len(wave), mp_context=get_context("fork"), initializer=_begin, initargs=(applying, wave))
    with pool:
        running = {pool.submit(_apply_here, number): environment.name for number, environment in enumerate(wave)}
        for future in as_completed(running):
            name = running[future]
            try:
                done = future.result()
            except (BrokenProcessPool, OSError):
                done = Done(lost(name), PartialOrUnknown.exit_code, f"{name}: its process was ended from outside\n")
            yield name, done


#: What this process shares in, where it is one of several; a copy of its parent's, so nothing is sent to it.
_SHARE: list[tuple[Applying, Sequence[Environment]]] = []

#: Held by this process while it applies an environment.
_UNDER_WAY = threading.Lock()


def _begin(applying: Applying, wave: Sequence[Environment]) -> None:
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
