"""Keeping the debug output of client libraries shut: it holds whole requests and answers."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TALKATIVE_LOGGERS = (
    *("boto3", "botocore", "s3transfer"),
    *("hvac", "requests", "requests_oauthlib", "urllib3"),
    *("http.client", "smtplib", "imaplib"),
)
"""At DEBUG they show tokens and passwords; botocore shows the whole answer of Secrets Manager."""

#: Their debug output is printed, without a logger.
_PRINTING = (
    *(("http.client", "HTTPConnection", "debuglevel"), ("http.client", "HTTPSConnection", "debuglevel")),
    *(("smtplib", "SMTP", "debuglevel"), ("imaplib", "IMAP4", "debug")),
)


class QuietLoggers:
    """Holds the talkative loggers and all below them at WARNING or above, until :meth:`restore`."""

    def __init__(self) -> None:
        self._levels: dict[str, int] = {}

    def apply(self) -> None:
        """Quiet them, also those that exist only since the last call, or have been made to talk since."""
        for name in TALKATIVE_LOGGERS:
            self._quiet(logging.getLogger(name))
        for logger in _descendants():
            # One without a level of its own follows its parent.
            if logger.level != logging.NOTSET:
                self._quiet(logger)
        _stop_printing()

    def restore(self) -> None:
        """Give the loggers their levels back."""
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)
        self._levels.clear()

    def _quiet(self, logger: logging.Logger) -> None:
        if logger.level < logging.WARNING:
            self._levels.setdefault(logger.name, logger.level)
            logger.setLevel(logging.WARNING)


def _descendants() -> Iterator[logging.Logger]:
    prefixes = tuple(f"{name}." for name in TALKATIVE_LOGGERS)
    for name, logger in tuple(logging.getLogger().manager.loggerDict.items()):
        if name.startswith(prefixes) and isinstance(logger, logging.Logger):
            yield logger


def _stop_printing() -> None:
    for module, kind, attribute in _PRINTING:
        # Another thread may be in the middle of importing the module; what it then makes is quiet by itself.
        found = getattr(sys.modules.get(module), kind, None)
        if found is not None:
            setattr(found, attribute, 0)
