"""Running the commands that make the application use new settings, and prove that it does."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TIMEOUT_SECONDS = 120.0
_SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended; ``detail`` is what it printed last, or why it could not run."""

    command: tuple[str, ...]
    ok: bool
    detail: str


def run_command(
    command: tuple[str, ...], *, folder: Path, environ: Mapping[str, str], timeout: float = TIMEOUT_SECONDS
) -> CommandResult:
    """Run an argument list without a shell, in the application's folder, with a time limit in seconds."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError:
        return CommandResult(command, ok=False, detail=f"there is no program `{command[0]}` (or no folder {folder})")
    except subprocess.TimeoutExpired:
        return CommandResult(command, ok=False, detail=f"did not end within {timeout:.0f} s")
    except OSError as error:
        return CommandResult(command, ok=False, detail=f"could not be run: {error.strerror}")
    output = done.stdout.decode("utf-8", "replace").strip()[-_SHOWN:]
    if done.returncode == 0:
        return CommandResult(command, ok=True, detail=output)
    ended = f"ended with {done.returncode}" if done.returncode > 0 else f"was ended by signal {-done.returncode}"
    return CommandResult(command, ok=False, detail=f"{ended}: {output}" if output else ended)
