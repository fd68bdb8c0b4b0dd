"""Running the commands that make the application use new settings, and prove that it does."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from kmconfig.errors import CouldNotCheck
from kmconfig.secrets.interrupts import interrupts_held

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kmconfig.targets.files.interface import Elsewhere

TIMEOUT_SECONDS = 120.0
_SHOWN = 2_000
_READ = 64 * 1024


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

    It gets a session of its own, which ends with it when it takes too long or we are interrupted; what it leaves
    running otherwise goes on. ``mask`` sees its output before anybody else does.
    """
    try:
        # A file and no pipe: a service that the command starts may keep its output open for years.
        with tempfile.TemporaryFile() as output:
            process, late = _run(command, folder, environ, output, timeout)
            if process is None:
                return CommandResult(command, ok=False, detail=f"could not be run: there is no program `{command[0]}`")
            said = mask(_end_of(output)).strip()[-_SHOWN:]
    except OSError as error:
        return CommandResult(command, ok=False, detail=f"could not be run: {error.strerror}")
    return _result(command, None if late else process.returncode, said, timeout)


def run_elsewhere(
    command: tuple[str, ...], *, folder: Elsewhere, mask: Callable[[str], str], timeout: float = TIMEOUT_SECONDS
) -> CommandResult:
    """Run an argument list on another machine, as :func:`run_command` does here."""
    try:
        ended = folder.run(command, timeout=timeout)
    except CouldNotCheck as error:
        return CommandResult(command, ok=False, detail=f"could not be run: {error.message}")
    return _result(command, ended.code, mask(ended.output).strip()[-_SHOWN:], timeout)


def _result(command: tuple[str, ...], code: int | None, said: str, timeout: float) -> CommandResult:
    if code == 0:
        return CommandResult(command, ok=True, detail=said)
    ended = f"did not end within {timeout:g} s" if code is None else _ended(code)
    return CommandResult(command, ok=False, detail=f"{ended}: {said}" if said else ended)


def _start(
    command: tuple[str, ...], folder: Path, environ: Mapping[str, str], output: BinaryIO
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
    command: tuple[str, ...], folder: Path, environ: Mapping[str, str], output: BinaryIO, timeout: float
) -> tuple[subprocess.Popen[bytes] | None, bool]:
    """Start a command and wait for its end; say whether that had to be brought about."""
    process: subprocess.Popen[bytes] | None = None
    try:
        with interrupts_held():
            process = _start(command, folder, environ, output)
        if process is not None:
            process.wait(timeout)
    except subprocess.TimeoutExpired:
        if process is not None:
            _end(process)
        return process, True
    except BaseException:
        if process is not None:
            _end(process)
        raise
    return process, False


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command and what it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_of(output: BinaryIO) -> str:
    output.seek(max(0, output.seek(0, os.SEEK_END) - _READ))
    return output.read().decode("utf-8", "replace")


def _ended(code: int) -> str:
    return f"ended with {code}" if code > 0 else f"was ended by signal {-code}"
