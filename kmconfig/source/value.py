"""Data that knows where it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from kmconfig.source.span import Span

T_co = TypeVar("T_co", covariant=True)
Path = tuple[str | int, ...]


class Value(Generic[T_co]):
    """One node of a configuration: its data, its place, its path, and what it overrides.

    ``data`` is a ``str``, ``int``, ``float``, ``bool`` or ``None``, a ``dict[str, Value]`` or a
    ``list[Value]``. ``span`` is the place of the value and ``key_span`` that of its key; both are ``None``
    for a default, which nobody wrote. ``overrides`` holds the values of earlier layers that this one
    replaced, the nearest first.
    """

    __slots__ = ("data", "key_span", "overrides", "path", "span")

    def __init__(
        self,
        data: T_co,
        path: Path,
        span: Span | None = None,
        key_span: Span | None = None,
        overrides: tuple[Value[Any], ...] = (),
    ) -> None:
        self.data = data
        self.path = path
        self.span = span
        self.key_span = key_span
        self.overrides = overrides

    @property
    def written(self) -> bool:
        """Whether a file says so; otherwise it is a default."""
        return self.span is not None

    @property
    def setting(self) -> str:
        """The path as people write it: ``email.test.recipients[0]``."""
        return setting_name(self.path)

    def or_written(self, other: Value[Any]) -> Value[Any]:
        """This value if a file says so, otherwise ``other``."""
        return self if self.written else other

    def plain(self) -> Any:
        """The data without places: dicts, lists and scalars."""
        data: Any = self.data
        if isinstance(data, dict):
            return {key: value.plain() for key, value in data.items()}
        if isinstance(data, list):
            return [value.plain() for value in data]
        return data

    def __repr__(self) -> str:
        return f"Value({self.setting or '(root)'} at {self.span})"


def setting_name(path: Path) -> str:
    """Write a path as users do: keys joined by dots, list indexes in brackets from 0."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
