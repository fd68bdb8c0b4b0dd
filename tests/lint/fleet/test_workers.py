"""Processes that work, fail, die and are sent away: nothing is lost, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.lint.fleet import run
from kmconfig.lint.fleet.chunk import examine_chunk
from kmconfig.lint.fleet.workers import processors, share_out
from tests.lint.fleet.comparing import as_fleet, in_memory, visible
from tests.lint.fleet.projects import seeded, write_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """No child, not even a dead one, and no open pipe may be left."""
    before = _descriptors(), _children()
    yield
    assert (_descriptors(), _children()) == before


def _children() -> set[str]:
    """The processes that this one started, dead ones that nobody asked for too. Servers of other tests may run."""
    own = str(os.getpid())
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            if status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1] == own:
                found.add(status.parent.name)
    return found


def _descriptors() -> list[str]:
    return sorted(os.listdir("/dev/fd"))  # noqa: PTH208 - nothing may be open meanwhile


@pytest.mark.parametrize("processes", [1, 2, 3, 8])
@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_everything_is_done_once(processes: int, count: int) -> None:
    assert sorted(share_out(lambda number: number * number, count, processes=processes)) == [
        (number, number * number) for number in range(count)
    ]


def test_the_work_is_done_elsewhere_by_several() -> None:
    done_by = {pid for _, pid in share_out(lambda _: os.getpid(), 6, processes=3)}
    assert len(done_by) == 3
    assert os.getpid() not in done_by


def test_results_may_be_larger_than_a_pipe() -> None:
    found = dict(share_out(lambda number: (b"x" * 3_000_000, number), 4, processes=2))
    assert {number: (len(data), own) for number, (data, own) in found.items()} == {
        number: (3_000_000, number) for number in range(4)
    }


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stopped_by_terminal() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def _raised() -> None:
    raise ValueError("only in the child")


def _half_written() -> None:
    """End in the middle of a result, as a full memory would have it."""
    drain = max(int(name) for name in _descriptors() if _is_pipe(int(name)))
    os.write(drain, (1000).to_bytes(8) + b"half")
    os._exit(0)


def _half_length() -> None:
    drain = max(int(name) for name in _descriptors() if _is_pipe(int(name)))
    os.write(drain, b"\0\0\0")
    os._exit(0)


def _is_pipe(handle: int) -> bool:
    try:
        return str(Path(f"/dev/fd/{handle}").readlink()).startswith("pipe:")
    except FileNotFoundError:
        return False


ENDS: list[Any] = [_killed, _stopped_by_terminal, _raised, _half_written, _half_length, lambda: os._exit(0)]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("ending", [{0}, {3}, {0, 1}, {4, 5}])
def test_what_a_process_leaves_undone_is_done_here(end: Callable[[], None], ending: set[int]) -> None:
    parent = os.getpid()

    def work(number: int) -> int:
        if number in ending and os.getpid() != parent:
            end()
        return number * number

    assert sorted(share_out(work, 6, processes=2)) == [(number, number * number) for number in range(6)]


@pytest.mark.parametrize("processes", [1, 2])
def test_an_exception_of_the_work_surfaces(processes: int) -> None:
    def work(number: int) -> int:
        if number == 3:
            raise LookupError(number)
        return number

    with pytest.raises(LookupError):
        list(share_out(work, 6, processes=processes))


def test_a_result_that_cannot_be_sent_is_worked_out_here() -> None:
    found = dict(share_out(lambda number: object() if number else None, 2, processes=2))
    assert type(found[1]) is object


def test_whoever_stops_listening_leaves_nobody_behind() -> None:
    results = share_out(lambda number: b"x" * 1_000_000 * number, 50, processes=2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert list(results) == []


def test_an_interrupt_here_ends_the_others_too() -> None:
    def interrupted() -> Iterator[Any]:
        for result in share_out(lambda _: b"x" * 1_000_000, 50, processes=2):
            yield result
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(interrupted())


@pytest.mark.parametrize("allowed", [0, 1])
@pytest.mark.parametrize("refused", ["fork", "pipe"])
def test_no_more_processes_are_to_be_had(monkeypatch: pytest.MonkeyPatch, allowed: int, refused: str) -> None:
    left = [None] * allowed
    real = getattr(os, refused)

    def scarce() -> Any:
        if not left:
            raise BlockingIOError
        left.pop()
        return real()

    monkeypatch.setattr(f"kmconfig.lint.fleet.workers.os.{refused}", scarce)
    assert sorted(share_out(lambda number: number, 5, processes=3)) == [(number, number) for number in range(5)]


def test_children_that_nobody_waits_for() -> None:
    """Some programs start others with SIGCHLD ignored, so that children vanish when they end."""
    script = (
        "from kmconfig.lint.fleet.workers import share_out\n"
        "results = share_out(lambda number: number, 4, processes=2)\n"
        "print(sorted(number for number, _ in results))\n"
    )
    command = ["env", "--ignore-signal=CHLD", sys.executable, "-c", script]
    ran = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "[0, 1, 2, 3]\n", "")


def test_there_is_a_processor() -> None:
    assert processors() >= 1


@pytest.mark.parametrize("end", ENDS)
def test_a_run_is_complete_whatever_its_processes_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: Callable[[], None]
) -> None:
    root = write_project(tmp_path, seeded(5), examples=2)
    monkeypatch.setattr(run, "CHUNK", 4)
    parent = os.getpid()

    def dies(*args: Any, **options: Any) -> Any:
        if os.getpid() != parent and "top.yaml" in str(args[2]):
            end()
        return examine_chunk(*args, **options)

    monkeypatch.setattr(run, "examine_chunk", dies)
    assert visible(as_fleet(root, processes=2)) == visible(in_memory(root))
