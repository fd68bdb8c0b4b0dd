"""Waiting for a program that prints into files, within limits of time and of size."""

from __future__ import annotations

import os
import subprocess
import time
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Bytes, more than any program that we start has reason to print. Much may still come until that is seen.
LARGEST_OUTPUT = 8 * 1024 * 1024

_LOOK_SECONDS = 0.05


def ends(wait: Callable[[float], object], timeout: float, *files: IO[bytes]) -> bool:
    """Wait for a process; False where it takes longer than so many seconds, or prints too much into its files.

    ``wait`` waits for so many seconds and raises subprocess.TimeoutExpired where it has not ended.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            wait(max(0.0, min(_LOOK_SECONDS, deadline - time.monotonic())))
        except subprocess.TimeoutExpired:
            if are_too_long(*files) or time.monotonic() >= deadline:
                return False
        else:
            return True


def are_too_long(*files: IO[bytes]) -> bool:
    """Whether one of these files holds more than any program of ours prints."""
    return any(os.fstat(file.fileno()).st_size > LARGEST_OUTPUT for file in files)
