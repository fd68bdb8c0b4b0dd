"""Runs kmconfig in a process that is killed (SIGKILL) when it is about to do something for the n-th time.

As a script it is the parent of such processes: it imports what the tests' process has imported, which costs more than
a run, and forks one for each line it reads.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from kmconfig.cli.run import run

if TYPE_CHECKING:
    from types import TracebackType

    from tests.deploy.site import Site

#: What changes a file, starts a program or speaks to a server, as Python's audit hooks name it.
EVENTS = (
    "open",
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.chmod",
    "os.fsync",
    "fcntl.flock",
    "subprocess.Popen",
    "socket.connect",
)

#: Whose modules a run may import.
_OURS = {"kmconfig", "botocore", "click", "dns", "hvac", "requests", "urllib3", "yaml"}


class Killer:
    """Starts runs that are killed."""

    def __enter__(self) -> Self:
        self._driver = subprocess.Popen(
            [sys.executable, "-m", "tests.deploy.killed"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._driver.communicate(timeout=20)

    def run(
        self, site: Site, *arguments: str, at: int, events: tuple[str, ...] = EVENTS, about: str = ""
    ) -> int | None:
        """Run a command line until it is about to do one of ``events``, with ``about``, for the ``at``-th time.

        Returns its exit code, or None when it was killed.
        """
        return self._run(site, *arguments, at=at, events=events, about=about)

    def run_for(self, site: Site, *arguments: str, seconds: float) -> int | None:
        """Run a command line for so many seconds.

        Returns its exit code, or None when it was killed.
        """
        return self._run(site, *arguments, seconds=seconds)

    def _run(self, site: Site, *arguments: str, **ends: Any) -> int | None:
        order = {
            "folder": str(site.root.parent),
            "arguments": ["-C", str(site.root), *arguments],
            "modules": [name for name in sys.modules if name.partition(".")[0] in _OURS],
            **ends,
        }
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.write(json.dumps(order) + "\n")
        self._driver.stdin.flush()
        code = int(self._driver.stdout.readline())
        return None if code in (-signal.SIGKILL, -signal.SIGALRM) else code


def main() -> None:
    """Read orders, and say how each run ended."""
    for line in sys.stdin:
        order = json.loads(line)
        for module in order["modules"]:
            import_module(module)
        child = os.fork()
        if child == 0:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.stdout.fileno())
            os.dup2(null, sys.stderr.fileno())
            _arm(order)
            os._exit(run(order["arguments"]))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _arm(order: dict[str, Any]) -> None:
    """Count what happens from here on, and die in time."""
    if "seconds" in order:
        signal.setitimer(signal.ITIMER_REAL, order["seconds"])  # nobody handles it, so it ends the process at once
        return
    left = order["at"]
    events, folder, about = frozenset(order["events"]), order["folder"], order["about"]
    fsync = os.fsync

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event not in events or about not in str(arguments[:2]):
            return
        if event == "open" and not (str(arguments[0]).startswith(folder) and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched_fsync(handle: Any) -> None:
        watch("os.fsync", ())
        fsync(handle)

    os.fsync = watched_fsync  # type: ignore[assignment]
    sys.addaudithook(watch)


if __name__ == "__main__":
    main()
