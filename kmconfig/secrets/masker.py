"""The net below the structure: replaces secret values wherever text leaves the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.secrets.patterns import PatternIndex, Scan, Span
    from kmconfig.secrets.secret import Secret

MASK = "***"


class Masker:
    """Knows the secrets of this run and replaces them, and their usual encodings, by ``***``.

    A secret below eight characters, or one that is an ordinary word of this field, is not masked:
    replacing it would garble output and show where it stands. :attr:`unmaskable` names these.
    Until the first secret is registered nothing is imported and text passes through as it is.
    """

    __slots__ = ("_index", "_listeners", "_patterns", "_unmaskable", "_watchers")

    def __init__(self) -> None:
        self._patterns: dict[str, bool] = {}
        self._index: PatternIndex | None = None
        self._unmaskable: dict[str, str] = {}
        self._listeners: list[Callable[[], None]] = []
        self._watchers: list[Callable[[Secret], None]] = []

    def __repr__(self) -> str:
        return "<masker>"

    @property
    def active(self) -> bool:
        """Whether there is anything to mask."""
        return bool(self._patterns)

    @property
    def unmaskable(self) -> tuple[str, ...]:
        """References of the registered secrets that are too short or too common to be masked."""
        return tuple(self._unmaskable)

    def weakness(self, reference: str) -> str | None:
        """Why the secret of ``reference`` is not masked, such as ``too short``; None where it is."""
        return self._unmaskable.get(reference)

    def register(self, secret: Secret) -> None:
        """Mask ``secret``, each of its longer lines and their encodings from now on."""
        from kmconfig.secrets.patterns import patterns_of, weakness  # noqa: PLC0415 - see the class docstring

        self.arm()
        weak = weakness(secret.reveal())
        if weak is not None:
            self._unmaskable[secret.reference] = weak
        patterns = patterns_of(secret.reveal())
        if not patterns.keys() <= self._patterns.keys():
            self._patterns = self._patterns | patterns
        for watcher in tuple(self._watchers):
            watcher(secret)

    def arm(self) -> None:
        """Tell whoever called :meth:`subscribe` that secrets are about to arrive."""
        for listener in tuple(self._listeners):
            listener()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` before secrets are read and before each is registered."""
        self._listeners.append(listener)

    def watch(self, watcher: Callable[[Secret], None]) -> None:
        """Call ``watcher`` with each secret once it is masked, before anybody else gets it."""
        self._watchers.append(watcher)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        """Stop calling ``listener``."""
        self._listeners.remove(listener)

    def mask(self, text: str) -> str:
        """Return ``text`` with every secret in it replaced."""
        if not self._patterns:
            return text
        spans = self.scan(text).spans
        if not spans:
            return text
        parts: list[str] = []
        position = 0
        for span in spans:
            parts += text[position : span.start], MASK
            position = span.end
        parts.append(text[position:])
        return "".join(parts)

    def mask_bytes(self, data: bytes) -> bytes:
        """Return ``data`` with every secret in it, as UTF-8, replaced; other bytes are kept exactly."""
        if not self._patterns:
            return data
        return self.mask(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def mask_document(self, data: Any) -> Any:
        """The same for every text of a document of dicts, lists and scalars.

        To be called before it becomes JSON: what a server said in JSON is not found once it is escaped again.
        """
        if isinstance(data, str):
            return self.mask(data)
        if isinstance(data, dict):
            return {key: self.mask_document(value) for key, value in data.items()}
        if isinstance(data, list | tuple):
            return [self.mask_document(item) for item in data]
        return data

    def scan(self, text: str, *, covered: Span | None = None) -> Scan:
        """Say where secrets stand in ``text``, and where one may have begun at its end."""
        from kmconfig.secrets.patterns import PatternIndex, Scan  # noqa: PLC0415 - see the class docstring

        patterns, index = self._patterns, self._index
        if not patterns:
            return Scan((), len(text))
        # Compared by identity: another thread may have registered a secret while an index was being built.
        if index is None or index.patterns is not patterns:
            index = self._index = PatternIndex(patterns)
        return index.scan(text, covered=covered)
