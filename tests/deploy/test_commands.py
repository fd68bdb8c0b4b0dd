"""The commands that tell the application: how much they may print, and that they end with us."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.deploy.commands import CommandResult, run_command

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDLESS = ("sh", "-c", "exec yes")

#: Holds a pipe open, says who it is, and goes on with a child of its own.
_HOLDS = "exec 3>{pipe}; (exec cat /dev/zero >/dev/null) & echo $$ >&3; wait"

_RUN = """\
import os, sys
from pathlib import Path
from kmconfig.deploy.commands import run_command
run_command(("sh", "-c", sys.argv[1]), folder=Path(sys.argv[2]), environ=os.environ, mask=str)
"""


def result(folder: Path, *command: str, timeout: float = 60.0) -> CommandResult:
    return run_command(command, folder=folder, environ=os.environ, mask=str, timeout=timeout)


@pytest.mark.timeout(20)
def test_one_that_prints_without_an_end_is_ended(tmp_path: Path) -> None:
    ended = result(tmp_path, *_ENDLESS)
    assert not ended.ok
    reason, _, said = ended.detail.partition(": ")
    assert reason == "was ended, since it printed more than 8 MiB"
    assert said.split() == ["y"] * 1000


def test_much_is_no_fault(tmp_path: Path) -> None:
    ended = result(tmp_path, "sh", "-c", "head -c 5000000 /dev/zero | tr '\\0' x; echo last")
    assert (ended.ok, ended.detail[-5:]) == (True, "xlast")


def children() -> set[str]:
    """The numbers of all processes that this one has started, also of those that have ended and wait for that."""
    tasks = Path("/proc/self/task").iterdir()
    return {number for task in tasks for number in (task / "children").read_text(encoding="ascii").split()}


@contextmanager
def run_in_a_process(command: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", _RUN, command, str(folder)], cwd=Path(__file__).parents[2])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_it_ends_with_us_however_we_end(tmp_path: Path) -> None:
    """With what it has started: both hold the pipe open."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with run_in_a_process(_HOLDS.format(pipe=pipe), tmp_path) as process, pipe.open("rb", buffering=0) as held:
        group = int(held.readline())
        process.kill()
        process.wait()
        over = bool(select.select([held], [], [], 10)[0])
        if not over:
            os.killpg(group, signal.SIGKILL)
        assert over
        assert held.read() == b""


def test_what_it_leaves_running_goes_on_and_may_print(tmp_path: Path) -> None:
    for name in ("asked", "answered"):
        os.mkfifo(tmp_path / name)
    serve = "(read -r line <asked; echo much; echo still here >answered) &"
    assert result(tmp_path, "sh", "-c", serve) == CommandResult(("sh", "-c", serve), ok=True, detail="")
    (tmp_path / "asked").write_bytes(b"\n")
    assert (tmp_path / "answered").read_bytes() == b"still here\n"


@pytest.mark.parametrize("ends", ["true", "false"])
def test_nothing_of_ours_is_left(tmp_path: Path, ends: str) -> None:
    before = children()
    result(tmp_path, ends)
    assert children() == before


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    assert result(tmp_path, "no-such-program").detail == "could not be run: there is no program `no-such-program`"
