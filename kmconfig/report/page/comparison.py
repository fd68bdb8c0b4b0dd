"""Settings of all environments beside each other: which are the same everywhere, and which environments stand out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmconfig.report.page.model import EnvironmentView, Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Environments that agree about a setting. ``value`` is None where it is not set."""

    value: str | None
    environments: tuple[EnvironmentView, ...]
    usual: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One setting in all environments, in their order; None where one has it not."""

    name: str
    settings: tuple[Setting | None, ...]
    groups: tuple[Group, ...]

    @property
    def differs(self) -> bool:
        """Whether environments disagree."""
        return len(self.groups) > 1

    @property
    def places(self) -> tuple[str, ...]:
        """Where the setting was set, each place once; ``default`` where it was not."""
        return tuple(dict.fromkeys(found.place or "default" for found in self.settings if found is not None))

    def usual(self, value: str | None) -> bool:
        """Whether more than half of the environments have this value."""
        return any(group.usual for group in self.groups if group.value == value)


def compare(environments: Sequence[EnvironmentView]) -> list[Row]:
    """A row for every setting that any environment has, in the order of the files."""
    return [_row(name, environments) for name in _names(environments)]


def _row(name: str, environments: Sequence[EnvironmentView]) -> Row:
    settings = tuple(environment.settings.get(name) for environment in environments)
    values = [setting.value if setting is not None else None for setting in settings]
    groups = tuple(_groups(values, environments))
    return Row(name=name, settings=settings, groups=groups)


def _groups(values: Sequence[str | None], environments: Sequence[EnvironmentView]) -> Iterator[Group]:
    """The most common value first, then in the order of the environments."""
    for value, count in Counter(values).most_common():
        agreeing = tuple(view for view, own in zip(environments, values, strict=True) if own == value)
        yield Group(value=value, environments=agreeing, usual=2 * count > len(values))


def _names(environments: Sequence[EnvironmentView]) -> list[str]:
    """All settings; one that only later environments have stands behind the one it follows there."""
    names: list[str] = []
    known: set[str] = set()
    for environment in environments:
        position = 0
        for name in environment.settings:
            if name in known:
                position = names.index(name) + 1
                continue
            known.add(name)
            names.insert(position, name)
            position += 1
    return names
