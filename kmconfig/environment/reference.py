"""A reference to a secret: where its value lives, never the value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from kmconfig.environment.words import known
from kmconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

Source: TypeAlias = str
"""The word of a source: one of ours, or that of a package's store."""

OwnSource: TypeAlias = Literal["env", "dotenv", "file", "vault", "aws_secret", "ssm"]

OWN_SOURCES: tuple[OwnSource, ...] = ("env", "dotenv", "file", "vault", "aws_secret", "ssm")
_KEYED_SOURCES: frozenset[Source] = frozenset({"file", "vault", "aws_secret"})


class _Sources:
    """Our own sources, and behind them those of packages, as far as they are known at the moment."""

    def __iter__(self) -> Iterator[Source]:
        return iter((*OWN_SOURCES, *known().stores))

    def __contains__(self, word: object) -> bool:
        return word in OWN_SOURCES or word in known().stores


SOURCES = _Sources()


def is_keyed(source: Source) -> bool:
    """Whether the text beside a source may end in ``#key``."""
    store = known().stores.get(source)
    return source in _KEYED_SOURCES if store is None else store.keyed


class SecretRef(NamedTuple):
    """Where a secret's value is kept.

    ``name`` is the variable, path or id within the source; ``key`` is the field within a value that holds
    several (the part after ``#``). ``version`` pins a store's version. ``max_age`` is a duration such as
    ``90d``, as written.
    """

    source: Source
    name: str
    key: str | None = None
    version: str | int | None = None
    max_age: str | None = None

    @classmethod
    def parse(
        cls, source: Source, text: str, *, version: str | int | None = None, max_age: str | None = None
    ) -> SecretRef:
        """Read the text beside a source, for example ``km/prod/smtp#password`` beside ``vault``.

        The last ``#`` separates the key. Raises ConfigurationError when name or key is empty.
        """
        name, mark, key = text.rpartition("#") if is_keyed(source) else (text, "", "")
        if not mark:
            name, key = text, ""
        if not name or (mark and not key):
            part = "key after `#`" if name else "name"
            raise ConfigurationError(f"a `{source}` secret reference has an empty {part}")
        return cls(source, name, key=key or None, version=version, max_age=max_age)

    def __str__(self) -> str:
        return f"{self.source}:{self.name}" if self.key is None else f"{self.source}:{self.name}#{self.key}"
