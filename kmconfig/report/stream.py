"""Writing for whoever still reads."""

from __future__ import annotations

import errno
from contextlib import suppress
from typing import Any

#: Nobody reads any more: the pipe is closed, or the terminal.
_NOBODY = (errno.EPIPE, errno.EIO)


def say(stream: Any, text: str) -> None:
    """Write text at once. The reader may have gone, as `head` does, or the terminal: work goes on to its exit code."""
    with suppress(OSError):
        stream.write(text)
        stream.flush()


def deliver(stream: Any, text: str) -> None:
    """Write a result at once. That nobody reads it is fine; that it is lost, as on a full disk, is an OSError."""
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        if error.errno not in _NOBODY:
            raise
