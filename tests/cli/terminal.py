"""A person at a terminal: reads what kmconfig asks, and types answers."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

PATIENCE = 30.0


class Terminal:
    """Runs a command line with stdin and stderr on a terminal, and stdout in a file."""

    def __init__(self, folder: Path, *arguments: str, stdout: Path) -> None:
        self._folder = folder
        self._arguments = arguments
        self._stdout = stdout
        self.seen = ""
        self._read = 0

    def __enter__(self) -> Self:
        self._master, slave = pty.openpty()
        with self._stdout.open("wb") as stdout:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kmconfig", *self._arguments],
                stdin=slave,
                stdout=stdout,
                stderr=slave,
                cwd=self._folder,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TERM": "dumb"},
                start_new_session=True,
            )
        os.close(slave)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)

    def expect(self, text: str) -> str:
        """Wait until a text appears that has not been waited for yet; return what was seen up to it."""
        until = time.monotonic() + PATIENCE
        while text not in self.seen[self._read :]:
            assert self._receive(until), f"waited for {text!r}, saw {self.seen[self._read :]!r}"
        start = self._read
        self._read = self.seen.index(text, start) + len(text)
        return self.seen[start : self._read]

    def answer(self, question: str, text: str) -> str:
        """Wait for a question and type an answer."""
        seen = self.expect(question)
        self.expect(": ")
        self.type(f"{text}\n")
        return seen

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def end(self) -> int:
        """Read on until the command ends; return its code."""
        until = time.monotonic() + PATIENCE
        while self._receive(until):
            continue
        return self._process.wait(PATIENCE)

    def _receive(self, until: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, until - time.monotonic()))
        try:
            data = os.read(self._master, 65536) if ready else b""
        except OSError:  # how Linux says that the other side is gone
            data = b""
        self.seen += data.decode("utf-8", "replace")
        return bool(data)
