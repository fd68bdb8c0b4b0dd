"""Puts a masker between the process and everything it prints."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from kmconfig.secrets.masked_stream import MaskedStream

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from types import TracebackType
    from typing import TextIO

    from kmconfig.secrets.masked_logging import MaskedLogging
    from kmconfig.secrets.masker import Masker


@contextmanager
def install(masker: Masker) -> Iterator[None]:
    """Mask standard output and error, log handlers, uncaught exceptions and warnings inside the block.

    Streams are wrapped at once; the rest when the first secret is about to be read, or at once for logging
    if it is in use. All is put back at the end, so errors must be shown inside the block.
    """
    installation = _Installation(masker)
    installation.enter()
    try:
        yield
    finally:
        installation.leave()


class _Installation:
    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._streams: dict[str, tuple[TextIO, MaskedStream]] = {}
        self._hooks: list[tuple[Any, str, Any, Any]] = []
        self._logging: MaskedLogging | None = None

    def enter(self) -> None:
        for name in ("stdout", "stderr"):
            stream: TextIO | None = getattr(sys, name)
            if stream is not None:
                masked = MaskedStream(stream, self._masker)
                self._streams[name] = (stream, masked)
                setattr(sys, name, masked)
        if "logging" in sys.modules:
            self._mask_logging()
        self._masker.subscribe(self._arm)
        if self._masker.active:
            self._arm()

    def leave(self) -> None:
        self._masker.unsubscribe(self._arm)
        for owner, name, ours, before in reversed(self._hooks):
            if getattr(owner, name) is ours:
                setattr(owner, name, before)
        if self._logging is not None:
            self._logging.restore()
        for name, (stream, masked) in self._streams.items():
            if not masked.closed:
                masked.finish()
            if getattr(sys, name) is masked:
                setattr(sys, name, stream)

    def _arm(self) -> None:
        self._mask_logging()
        if self._hooks:
            return
        import threading  # noqa: PLC0415
        import warnings  # noqa: PLC0415

        formatwarning = warnings.formatwarning

        def masked_warning(*args: Any, **kwargs: Any) -> str:
            return self._masker.mask(formatwarning(*args, **kwargs))

        self._hook(sys, "excepthook", self._show_exception)
        self._hook(threading, "excepthook", self._show_thread_exception)
        self._hook(warnings, "formatwarning", masked_warning)

    def _mask_logging(self) -> None:
        if self._logging is None:
            from kmconfig.secrets.masked_logging import MaskedLogging  # noqa: PLC0415

            self._logging = MaskedLogging(self._masker)
        self._logging.apply()

    def _hook(self, owner: Any, name: str, ours: Any) -> None:
        self._hooks.append((owner, name, ours, getattr(owner, name)))
        setattr(owner, name, ours)

    def _show_exception(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import traceback  # noqa: PLC0415

        text = "".join(traceback.format_exception(kind, error, trace))
        stderr = cast("TextIO | None", sys.stderr)
        if stderr is not None:
            stderr.write(self._masker.mask(text))
            stderr.flush()

    def _show_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_type is not SystemExit:
            self._show_exception(args.exc_type, args.exc_value, args.exc_traceback)
