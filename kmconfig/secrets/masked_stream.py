"""Standard output and error with the secrets taken out, also those split over several writes."""

from __future__ import annotations

import codecs
from _thread import RLock
from typing import TYPE_CHECKING, Any

from kmconfig.secrets.masker import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO, TextIO

    from _typeshed import ReadableBuffer

    from kmconfig.secrets.masker import Masker
    from kmconfig.secrets.patterns import Span

_HARMLESS = 3
"""So many first characters of a secret may be shown at a flush, so that a prompt is not held back."""

_PASSED_ON = frozenset({"errors", "isatty", "line_buffering", "mode", "name", "newlines", "reconfigure"})


class MaskedWindow:
    """The end of what was written, as long as it may turn out to be the beginning of a secret.

    ``_shown`` counts the characters of it that are out already, as they were; ``_covered`` is a span at its
    beginning that is out already as ``***``.
    """

    __slots__ = ("_covered", "_masker", "_shown", "_text")

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._text = ""
        self._shown = 0
        self._covered: Span | None = None

    def feed(self, text: str) -> str:
        """Take more text and return what can be shown now."""
        return self._advance(self._text + text, everything=False)

    def flush(self) -> str:
        """Return the text held back, if it is too little to matter; it still counts as a secret's beginning."""
        if len(self._text) > _HARMLESS:
            return ""
        out = self._text[max(self._shown, self._covered.end if self._covered else 0) :]
        self._shown = len(self._text)
        return out

    def finish(self) -> str:
        """Return the text held back, masked as far as it holds whole secrets, and start anew."""
        out = self._advance(self._text, everything=True)
        self._text, self._shown, self._covered = "", 0, None
        return out

    def _advance(self, text: str, *, everything: bool) -> str:
        before = self._covered
        scan = self._masker.scan(text, covered=before)
        cut = len(text) if everything else scan.hold
        parts: list[str] = []
        position = self._shown
        self._covered = None
        for span in scan.spans:
            if span.start >= cut and not (before and span.start == 0):
                break
            parts.append(text[position : span.start])
            if not (before and span.start == 0):
                parts.append(MASK)
            position = max(position, min(span.end, cut))
            if span.end >= cut:
                self._covered = span._replace(start=0, end=span.end - cut)
        parts.append(text[position:cut])
        self._text, self._shown = text[cut:], max(0, self._shown - cut)
        return "".join(parts)


class MaskedStream:
    """A text stream that masks what goes through it, text or, by way of :attr:`buffer`, bytes.

    Only characters that could begin a secret wait for the next write; ``flush`` lets out up to three of
    them. ``fileno`` is the stream's own: what a child process writes there is not masked.
    """

    def __init__(self, stream: TextIO, masker: Masker) -> None:
        self._stream = stream
        self._masker = masker
        self._window = MaskedWindow(masker)
        self._lock = RLock()
        self._buffer: MaskedBuffer | None = None

    def write(self, text: str) -> int:
        if not self._masker.active or not isinstance(text, str):
            return self._stream.write(text)
        with self._lock:
            if self._buffer is not None:
                self._buffer.drain()
            self._put(self._window.feed(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        with self._lock:
            self._put(self._window.flush())
            self._stream.flush()

    def finish(self) -> None:
        """Let out everything held back; the stream stays open."""
        with self._lock:
            if self._buffer is not None:
                self._buffer.drain()
            if self._masker.active:
                self._put(self._window.finish())
            self._stream.flush()

    def close(self) -> None:
        self.finish()
        self._stream.close()

    @property
    def buffer(self) -> MaskedBuffer:
        """The bytes layer, masked as well. Raises AttributeError where the stream has none."""
        if self._buffer is None:
            self._buffer = MaskedBuffer(
                self._stream.buffer, text=self._stream, masker=self._masker, window=self._window, lock=self._lock
            )
        return self._buffer

    @property
    def encoding(self) -> str:
        return self._stream.encoding

    @property
    def closed(self) -> bool:
        return self._stream.closed

    def fileno(self) -> int:
        return self._stream.fileno()

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        if name in _PASSED_ON:
            return getattr(self._stream, name)
        raise AttributeError(f"a masked stream has no `{name}`")

    def _put(self, text: str) -> None:
        if text:
            self._stream.write(text)


class MaskedBuffer:
    """The bytes below a :class:`MaskedStream`; text and bytes written in turn are masked as one."""

    def __init__(self, raw: BinaryIO, *, text: TextIO, masker: Masker, window: MaskedWindow, lock: RLock) -> None:
        self._raw = raw
        self._text = text
        self._masker = masker
        self._window = window
        self._lock = lock
        self._encoding = text.encoding or "utf-8"
        self._decoder = codecs.getincrementaldecoder(self._encoding)("surrogateescape")

    def write(self, data: ReadableBuffer) -> int:
        if not self._masker.active or isinstance(data, str):
            return self._raw.write(data)
        content = bytes(data)
        with self._lock:
            self._put(self._window.feed(self._decoder.decode(content)))
        return len(content)

    def writelines(self, lines: Iterable[ReadableBuffer]) -> None:
        for line in lines:
            self.write(line)

    def drain(self) -> None:
        """Pass on the bytes of a character that was never completed."""
        rest = self._decoder.decode(b"", final=True)
        self._decoder.reset()
        if rest:
            self._put(self._window.feed(rest))

    def flush(self) -> None:
        with self._lock:
            self._put(self._window.flush())
            self._raw.flush()

    def close(self) -> None:
        """Let out what is held back. The stream itself belongs to the text layer and stays open."""
        with self._lock:
            self.drain()
            if self._masker.active:
                self._put(self._window.finish())
            self._raw.flush()

    @property
    def closed(self) -> bool:
        return self._raw.closed

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def _put(self, text: str) -> None:
        if text:
            self._text.flush()
            self._raw.write(text.encode(self._encoding, "surrogateescape"))
