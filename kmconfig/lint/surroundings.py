"""The whole project, as rules across environments see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.settings import NotKnown

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile

    Key = Callable[[Environment], Iterable[Hashable]]
    Index = Mapping[Hashable, tuple[Environment, ...]]


class Surroundings:
    """All environments that were loaded, whichever of them are linted, and the project file."""

    def __init__(self, environments: Iterable[Environment], file: ProjectFile) -> None:
        self.environments = tuple(environments)
        self.file = file
        self._indexes: dict[Key, Index] = {}

    def index(self, key: Key) -> Index:
        """The environments by what ``key`` says of each, made once for each ``key``.

        An environment of which that is not known stands nowhere.
        """
        if key not in self._indexes:
            found: dict[Hashable, list[Environment]] = {}
            for environment in self.environments:
                try:
                    entries = list(dict.fromkeys(key(environment)))
                except NotKnown:
                    continue
                for entry in entries:
                    found.setdefault(entry, []).append(environment)
            self._indexes[key] = {entry: tuple(environments) for entry, environments in found.items()}
        return self._indexes[key]
