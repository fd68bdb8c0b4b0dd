"""Writing for whoever still reads."""

from __future__ import annotations

from contextlib import suppress
from typing import Any


def say(stream: Any, text: str) -> None:
    """Write text at once. The reader may have gone, as `head` does, or the terminal: work goes on to its exit code."""
    with suppress(OSError):
        stream.write(text)
        stream.flush()
