"""One environment: its layers merged, its typed settings, and where each of them comes from."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from kmconfig.environment.defaults import add_defaults
from kmconfig.environment.layers import Layer, in_order
from kmconfig.environment.merge import lookup, merge
from kmconfig.environment.settings import (
    ApplicationSettings,
    EmailSettings,
    UnknownValue,
    read_application,
    read_email,
)
from kmconfig.environment.shape import check_shape
from kmconfig.source.span import SourceFile, Span

if TYPE_CHECKING:
    from kmconfig.source.problem import Problem
    from kmconfig.source.value import Path, Value

TIERS = ("production", "staging", "development")


class Environment:
    """The effective settings of one environment.

    ``layers`` are its files, lowest first, its own last. ``root`` holds the merged settings with defaults.
    ``incomplete`` says that a layer could not be read, so an absent setting is not known to be absent.
    ``derived`` is what others have worked out from the settings, under keys of their own.
    """

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        own = layers[-1]
        self.layers = layers
        self.name = own.name
        self.file: SourceFile = own.document.file
        self.incomplete = any(layer.incomplete for layer in layers)
        self.derived: dict[object, Any] = {}
        self._merged = merge(layer.document for layer in layers)
        if not self.incomplete:
            add_defaults(self._merged)

    @property
    def root(self) -> Value[dict[str, Any]]:
        """The merged settings with defaults."""
        return self._merged.root

    @property
    def broken(self) -> set[Path]:
        """Paths at and below which nothing is known of what is absent."""
        return self._merged.broken

    @cached_property
    def tier(self) -> str:
        """``production``, ``staging`` or ``development``; the strictest where the file's own is not valid."""
        own = self.layers[-1]
        value = own.tier
        sound = value is not None and value.path not in own.document.refused and value.data in TIERS
        return value.data if value is not None and sound else "production"

    @cached_property
    def email(self) -> EmailSettings:
        """The email settings, typed."""
        return read_email(self._merged, incomplete=self.incomplete)

    @cached_property
    def application(self) -> ApplicationSettings:
        """The application's settings, typed."""
        return read_application(self._merged, incomplete=self.incomplete)

    def get(self, *path: str | int) -> Value[Any] | None:
        """The value at a path; None where nobody wrote one and there is no default.

        Where a refused value or a layer that could not be read may have said it, a value whose data is not known.
        """
        found = lookup(self.root, path)
        if found is None and (self.incomplete or self._merged.unknown(path)):
            return UnknownValue(None, path)
        return found

    def place_of(self, value: Value[Any]) -> Span:
        """Where a finding about a value stands: on it, on its nearest written parent key, or on line 1."""
        if value.span is not None:
            return value.span
        for length in range(len(value.path) - 1, 0, -1):
            parent = lookup(self.root, value.path[:length])
            if parent is not None and parent.key_span is not None:
                return parent.key_span
        return Span(self.file, 0, 0)

    def missing(self) -> list[Problem]:
        """Settings that this environment needs and no layer gives."""
        if self.incomplete:
            return []
        schema = self.layers[-1].words.schema("environment")
        return check_shape(self.root, schema, definition="complete", broken=self.broken, file=self.file)


def compose(layer: Layer) -> Environment:
    """Merge a file with everything it extends."""
    return Environment(in_order(layer))
