"""Writing for whoever still reads."""

from __future__ import annotations

from contextlib import suppress
from typing import Any


def say(stream: Any, text: str) -> None:
    """Write text at once. A reader may have gone, as `head` does: work goes on, and its exit code tells its end."""
    with suppress(BrokenPipeError):
        stream.write(text)
        stream.flush()
