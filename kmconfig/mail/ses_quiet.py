"""Keeps boto3 quiet while any talk with SES goes on; talks may go on at the same time in several threads."""

from __future__ import annotations

import logging
import threading
from typing import Final

from kmconfig.secrets.quiet_loggers import QuietLoggers

_NOISY: Final = ("botocore.credentials", "botocore.tokens")
"""They print tracebacks of what is reported here as a failure."""


class _Quiet:
    """Counts the talks: the first one quiets the loggers, the last one gives them their levels back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._talks = 0
        self._quiet = QuietLoggers()
        self._levels: dict[str, int] = {}

    def enter(self) -> None:
        """A talk begins."""
        with self._lock:
            self._talks += 1
            self._quiet.apply()
            for name in _NOISY:
                logger = logging.getLogger(name)
                self._levels.setdefault(name, logger.level)
                logger.setLevel(logging.CRITICAL)

    def again(self) -> None:
        """Quiet the loggers that exist only since boto3 was loaded."""
        with self._lock:
            self._quiet.apply()

    def leave(self) -> None:
        """A talk that began is over."""
        with self._lock:
            self._talks -= 1
            if self._talks:
                return
            while self._levels:
                name, level = self._levels.popitem()
                logging.getLogger(name).setLevel(level)
            self._quiet.restore()


QUIET: Final = _Quiet()
"""Loggers are the process's, so this is too."""
