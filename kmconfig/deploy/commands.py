"""Running the commands that make the application use new settings, and prove that it does."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.secrets.interrupts import interrupts_held
from kmconfig.targets.files.interface import Ended
from kmconfig.targets.files.waiting import LARGEST_OUTPUT, are_too_long, ends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from kmconfig.targets.files.interface import Elsewhere

TIMEOUT_SECONDS = 120.0
_SHOWN = 2_000
_READ = 64 * 1024

#: Reads the number of a group of processes, and ends that group when we end without a word, however that happens.
_GUARD = 'read -r group && { read -r over || kill -s KILL -- "-$group"; }'


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended; ``detail`` is what it printed last, or why it could not run."""

    command: tuple[str, ...]
    ok: bool
    detail: str


def run_command(
    command: tuple[str, ...],
    *,
    folder: Path,
    environ: Mapping[str, str],
    mask: Callable[[str], str],
    timeout: float = TIMEOUT_SECONDS,
) -> CommandResult:
    """Run an argument list without a shell, in the application's folder, with a time limit in seconds.

    It gets a session of its own. That ends with it when it takes too long, prints more than LARGEST_OUTPUT bytes, or
    we are interrupted or killed; what it leaves running otherwise goes on. ``mask`` sees its output before anybody
    else does.
    """
    try:
        # A file and no pipe: a service that the command starts may keep its output open for years, and a pipe that
        # nobody reads any more would end it.
        with tempfile.TemporaryFile() as output:
            ended = _run(command, folder, environ, output, timeout)
    except OSError as error:
        return CommandResult(command, ok=False, detail=f"could not be run: {error.strerror}")
    if ended is None:
        return CommandResult(command, ok=False, detail=f"could not be run: there is no program `{command[0]}`")
    return _result(command, ended, mask=mask, timeout=timeout)


def run_elsewhere(
    command: tuple[str, ...], *, folder: Elsewhere, mask: Callable[[str], str], timeout: float = TIMEOUT_SECONDS
) -> CommandResult:
    """Run an argument list on another machine, as :func:`run_command` does here."""
    try:
        ended = folder.run(command, timeout=timeout)
    except CouldNotCheck as error:
        return CommandResult(command, ok=False, detail=f"could not be run: {error.message}")
    return _result(command, ended, mask=mask, timeout=timeout)


def _result(command: tuple[str, ...], ended: Ended, *, mask: Callable[[str], str], timeout: float) -> CommandResult:
    said = mask(ended.output).strip()[-_SHOWN:]
    if ended.code == 0:
        return CommandResult(command, ok=True, detail=said)
    how = _how(ended, timeout)
    return CommandResult(command, ok=False, detail=f"{how}: {said}" if said else how)


def _start(
    command: tuple[str, ...], folder: Path, environ: Mapping[str, str], output: IO[bytes]
) -> subprocess.Popen[bytes] | None:
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except FileNotFoundError:
        return None


def _run(
    command: tuple[str, ...], folder: Path, environ: Mapping[str, str], output: IO[bytes], timeout: float
) -> Ended | None:
    """Start a command and wait for its end, or bring that about; None where there is no such program."""
    process: subprocess.Popen[bytes] | None = None
    in_time = False
    with _guard() as guard:
        try:
            with interrupts_held():
                process = _start(command, folder, environ, output)
                if process is not None:
                    _tell(guard, str(process.pid))
            in_time = process is None or ends(process.wait, timeout, output)
        finally:
            if process is not None:
                if not in_time:
                    _end(process)
                _tell(guard, "over")
    if process is None:
        return None
    too_much = are_too_long(output)
    return Ended(
        code=process.returncode if in_time and not too_much else None, output=_end_of(output), too_much=too_much
    )


@contextmanager
def _guard() -> Iterator[subprocess.Popen[bytes]]:
    """A process that outlives us by a moment, in a session of its own, so that no terminal interrupts it."""
    with interrupts_held():
        guard = subprocess.Popen(
            ("/bin/sh", "-c", _GUARD),
            cwd="/",
            env={},
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        yield guard
    finally:
        with suppress(OSError):
            if guard.stdin is not None:
                guard.stdin.close()
        guard.wait()


def _tell(guard: subprocess.Popen[bytes], line: str) -> None:
    with suppress(BrokenPipeError):  # it was ended by somebody, and the command goes on without
        if guard.stdin is not None:
            guard.stdin.write(f"{line}\n".encode())


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command and what it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_of(output: IO[bytes]) -> str:
    output.seek(max(0, output.seek(0, os.SEEK_END) - _READ))
    return output.read(_READ).decode("utf-8", "replace")


def _how(ended: Ended, timeout: float) -> str:
    if ended.too_much:
        return f"was ended, since it printed more than {LARGEST_OUTPUT // 1024 // 1024} MiB"
    if ended.code is None:
        return f"did not end within {timeout:g} s"
    return f"ended with {ended.code}" if ended.code > 0 else f"was ended by signal {-ended.code}"
