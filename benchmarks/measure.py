"""Runs programs in turn, A B A B, and compares what they took."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program to measure. ``exits`` are the exit codes of a run that did its work; any other stops the benchmark."""

    label: str
    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    exits: frozenset[int] = frozenset({0})


@dataclass(frozen=True, slots=True)
class Run:
    """One run: wall time in seconds, and the peak resident memory of its largest process in bytes."""

    seconds: float
    peak: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long one program took as another: the median over the rounds, and the extremes."""

    median: float
    lowest: float
    highest: float


class BenchmarkError(Exception):
    """A measured program did not do its work, so its time says nothing."""


def run(command: Command) -> Run:
    """Run a program once.

    The system reports a child's peak as at least this process's own, so nothing large may be imported here.

    Raises:
        BenchmarkError: it ended with an exit code that is not among ``command.exits``.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command.arguments,
        cwd=command.folder,
        env=command.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in command.exits:
        raise BenchmarkError(f"{command.label}: exit code {process.returncode} in {command.folder}")
    return Run(seconds, usage.ru_maxrss * 1024)


def interleave(commands: Sequence[Command], *, rounds: int) -> dict[str, list[Run]]:
    """Run all commands in turn, ``rounds`` times after one round to warm up. Returns the runs by label, in order."""
    for command in commands:
        run(command)
    runs: dict[str, list[Run]] = {command.label: [] for command in commands}
    for _ in range(rounds):
        for command in commands:
            runs[command.label].append(run(command))
    return runs


def ratio(runs: Sequence[Run], others: Sequence[Run]) -> Ratio:
    """Compare two programs round by round, so that a slower minute of the machine slows both."""
    pairs = [one.seconds / other.seconds for one, other in zip(runs, others, strict=True)]
    return Ratio(median(pairs), min(pairs), max(pairs))
