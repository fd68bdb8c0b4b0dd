"""Applying many environments: wave by wave, several at a time, until the first failure."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kmconfig.cli.options import current
from kmconfig.cli.signals import handled_by
from kmconfig.deploy.receipt import result_without_run
from kmconfig.deploy.undo import INTERRUPTED
from kmconfig.report.fleet import summary_lines
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.cli.applying import Applying
    from kmconfig.cli.worst import Outcomes
    from kmconfig.environment.environment import Environment

NOT_STARTED = "not_started"


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
        from kmconfig.cli.apply_side_by_side import apply_side_by_side  # noqa: PLC0415 - few need several processes

        began = time.perf_counter()
        with self._heard_later():
            for name, done in apply_side_by_side(self._applying, wave):
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
