"""Log records with the secrets taken out after formatting, tracebacks included."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from kmconfig.secrets.quiet_loggers import QuietLoggers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.secrets.masker import Masker


class MaskingFormatter(logging.Formatter):
    """Formats as another formatter does and masks the result."""

    def __init__(self, formatter: logging.Formatter | None, masker: Masker) -> None:
        super().__init__()
        self.formatter = formatter
        self._inner = formatter or logging.Formatter()
        self._masker = masker

    def format(self, record: logging.LogRecord) -> str:
        text = self._masker.mask(self._inner.format(record))
        # The traceback is kept on the record, where the next handler would take it from.
        if record.exc_text:
            record.exc_text = self._masker.mask(record.exc_text)
        return text


class MaskedLogging:
    """Masks all handlers and keeps talkative libraries at WARNING, until :meth:`restore`."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._quiet = QuietLoggers()
        self._wrapped: list[logging.Handler] = []

    def apply(self) -> None:
        """Take in handlers that are new since the last call."""
        self._quiet.apply()
        for handler in _handlers():
            if not isinstance(handler.formatter, MaskingFormatter):
                handler.setFormatter(MaskingFormatter(handler.formatter, self._masker))
                self._wrapped.append(handler)

    def restore(self) -> None:
        """Give handlers their formatters and loggers their levels back."""
        self._quiet.restore()
        for handler in self._wrapped:
            if isinstance(handler.formatter, MaskingFormatter):
                handler.formatter = handler.formatter.formatter
        self._wrapped.clear()


def _handlers() -> Iterator[logging.Handler]:
    if logging.lastResort is not None:
        yield logging.lastResort
    yield from logging.getLogger().handlers
    for logger in tuple(logging.getLogger().manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            yield from logger.handlers
