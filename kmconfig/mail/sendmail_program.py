"""A sendmail program: its start, its pipes with deadlines, its output within bounds, and its certain end."""

from __future__ import annotations

import array
import atexit
import fcntl
import os
import select
import signal
import subprocess
import termios
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

from kmconfig.mail.failure import StageFailed, bounded
from kmconfig.secrets.interrupts import interrupts_held

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

_KEPT: Final = 4096
"""Bytes of its output that are kept."""

_CHUNK: Final = 16384
_LONGEST_NAP: Final = 0.02
_GLANCE: Final = 0.1
"""Seconds after which a program that is waited for may turn out to have ended."""

_SOON: Final = 2.0
"""Seconds between the end of a program's output and its own."""

_STATUS: Final = {
    64: "EX_USAGE",
    65: "EX_DATAERR",
    66: "EX_NOINPUT",
    67: "EX_NOUSER",
    68: "EX_NOHOST",
    69: "EX_UNAVAILABLE",
    70: "EX_SOFTWARE",
    71: "EX_OSERR",
    72: "EX_OSFILE",
    73: "EX_CANTCREAT",
    74: "EX_IOERR",
    75: "EX_TEMPFAIL",
    76: "EX_PROTOCOL",
    77: "EX_NOPERM",
    78: "EX_CONFIG",
}
"""What exit statuses mean to mail programs (sysexits.h)."""

_RUNNING: Final[set[subprocess.Popen[bytes]]] = set()
"""What runs now, for when the process ends while a thread of it still waits for a program."""

_RECIPIENT_STATUS: Final = frozenset({67, 68})


class Program:
    """One run of a command in a session of its own, which is ended with all it has started.

    It has the methods of a socket that a conversation needs; with ``answers`` unset it only prints. Every wait ends
    at the time set by :meth:`settimeout` and, whatever is set, ``total`` seconds after the start. Faults are
    :class:`StageFailed`, silence is ``TimeoutError``.
    """

    def __init__(self, *, environ: Mapping[str, str], total: float, answers: bool) -> None:
        self._name = ""
        self._environ = dict(environ)
        self._total = total
        self._answers = answers
        self._process: subprocess.Popen[bytes] | None = None
        self._printed = bytearray()
        self._seconds = total
        self._latest = time.monotonic() + total
        self._spared = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._end(self._process, spared=self._spared and kind is None)

    def start(self, command: tuple[str, ...]) -> None:
        """Start the command. Raises :class:`StageFailed` of kind ``not-started``."""
        self._name = command[0]
        self._latest = time.monotonic() + self._total
        try:
            # Assigned before an interrupt can come, so that it is ended whatever happens.
            with interrupts_held():
                self._process = subprocess.Popen(
                    command,
                    env=self._environ,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE if self._answers else subprocess.STDOUT,
                    bufsize=0,
                    start_new_session=True,
                )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "an argument holds a NUL character"
        else:
            _RUNNING.add(self._process)
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
                if pipe is not None:
                    os.set_blocking(pipe.fileno(), False)
            return
        raise StageFailed("not-started", f"`{self._name}` could not be started: {reason}")

    @property
    def printed(self) -> str:
        """The beginning of what it has printed beside its answers, as one line."""
        return bounded(self._printed.decode("utf-8", "replace"))

    def settimeout(self, seconds: float) -> None:
        """Let the next wait end after ``seconds``."""
        self._seconds = seconds

    def sendall(self, data: bytes | memoryview) -> None:
        """Write to its standard input."""
        ends, left = time.monotonic() + self._seconds, memoryview(data)
        pipe = self._running.stdin
        while left and pipe is not None:
            self._await(pipe.fileno(), select.POLLOUT, ends)
            try:
                left = left[os.write(pipe.fileno(), left[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError:
                break
        if left:
            raise self.ended()

    def await_read(self) -> None:
        """Wait until it has read all that was written; a failure where it ends before."""
        if not self._comes(lambda: not self._unread() or self._gone(), self._seconds):
            raise TimeoutError
        if self._unread():
            raise self.ended()

    def _unread(self) -> int:
        """Bytes that lie in the pipe to it."""
        pipe, count = self._running.stdin, array.array("i", [0])
        if pipe is not None:
            fcntl.ioctl(pipe.fileno(), termios.FIONREAD, count)
        return count[0]

    def recv(self, size: int) -> bytes:
        """Read its standard output; the end of it is a failure that says how the program ended."""
        ends, pipe = time.monotonic() + self._seconds, self._running.stdout
        data: bytes | None = None
        while pipe is not None and data is None:
            self._await(pipe.fileno(), select.POLLIN, ends)
            data = pipe.read(size)
        if data:
            return data
        raise self.ended()

    def getsockname(self) -> tuple[str, int]:
        """Return what a program on this machine would see as the address of its client."""
        return "127.0.0.1", 0

    def close(self) -> None:
        """End its standard input."""
        pipe = self._running.stdin
        if pipe is not None:
            pipe.close()

    def wait(self, seconds: float) -> bool:
        """Wait for its own end, and say whether it came; what it has left running is not waited for."""
        gone = self._comes(self._gone, seconds)
        self._drain()
        return gone

    def _comes(self, awaited: Callable[[], bool], seconds: float) -> bool:
        """Whether something comes true within so many seconds; meanwhile what is printed is taken."""
        ends, nap = min(time.monotonic() + seconds, self._latest), 0.001
        while not (come := awaited()) and (left := ends - time.monotonic()) > 0:
            self._poll({}, min(nap, left))
            nap = min(nap * 2, _LONGEST_NAP)
        return come

    def ended(self) -> StageFailed:
        """What its end means, when it has ended before it should have, or badly."""
        name = self._name
        words = f": {self.printed}" if self.printed else ""
        if not self.wait(_SOON):
            return StageFailed("closed", f"`{name}` closed its output and goes on running{words}")
        status = self.status
        words = f": {self.printed}" if self.printed else ""
        if status < 0:
            return StageFailed("program-killed", f"`{name}` was ended by signal {-status}{words}")
        meaning = f" ({_STATUS[status]})" if status in _STATUS else ""
        stage = "recipient" if status in _RECIPIENT_STATUS else None
        return ProgramFailed(status, f"`{name}` ended with {status}{meaning}{words}", stage=stage)

    @property
    def status(self) -> int:
        """How it ended: the exit status, or a signal's number below zero. Only after its end."""
        found = os.waitid(os.P_PID, self._running.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None:
            raise ValueError("the program has not ended")
        return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status

    def spare(self) -> None:
        """Let what it has left running go on: a mail server may deliver in the background what it has accepted."""
        self._spared = True

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ValueError("the program is not started")
        return self._process

    def _gone(self) -> bool:
        # It stays a zombie until the end, so that its process group cannot become somebody else's.
        return os.waitid(os.P_PID, self._running.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _await(self, fd: int, event: int, ends: float) -> None:
        """Wait until a pipe is ready, and meanwhile take what is printed beside it."""
        while True:
            now = time.monotonic()
            if now >= self._latest:
                raise StageFailed("too-long", f"`{self._name}` did not end within {self._total:g} s")
            if now >= ends:
                raise TimeoutError
            gone = self._gone()
            if fd in self._poll({fd: event}, 0 if gone else min(ends, self._latest, now + _GLANCE) - now):
                return
            if gone:
                # Something that it has left running holds its pipes open.
                raise self.ended()

    def _poll(self, wanted: Mapping[int, int], seconds: float) -> set[int]:
        """Wait for pipes for at most so many seconds, and return those that are ready."""
        poll = select.poll()
        for fd, event in wanted.items():
            poll.register(fd, event)
        aside = self._aside
        if aside is not None:
            poll.register(aside, select.POLLIN)
        ready = {fd for fd, _ in poll.poll(max(seconds, 0.001) * 1000)}
        if aside in ready:
            self._drain()
        return ready

    @property
    def _aside(self) -> int | None:
        """Where it prints what is no answer, until that ends."""
        pipe = self._running.stderr if self._answers else self._running.stdout
        return None if pipe is None or pipe.closed else pipe.fileno()

    def _drain(self) -> None:
        """Take what lies ready, up to a bound; close the pipe at its end."""
        pipe = self._running.stderr if self._answers else self._running.stdout
        if pipe is None or pipe.closed:
            return
        data = pipe.read(_CHUNK)
        if data:
            self._printed += data[: _KEPT - len(self._printed)]
        elif data is not None:
            pipe.close()

    @staticmethod
    def _end(process: subprocess.Popen[bytes], *, spared: bool) -> None:
        try:
            if not spared:
                _kill(process)
        finally:
            _RUNNING.discard(process)
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
            process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@atexit.register
def _kill_all() -> None:
    for process in tuple(_RUNNING):
        _kill(process)


class ProgramFailed(StageFailed):
    """A program ended by itself, with this exit status."""

    def __init__(self, status: int, text: str, *, stage: str | None) -> None:
        super().__init__("exit", text, stage=stage)
        self.status = status
