"""The whole project, as rules across environments see it: of each environment no more than they compare."""

from __future__ import annotations

from marshal import loads
from typing import TYPE_CHECKING, Any, TypeAlias

from kmconfig.environment.settings import NotKnown

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.source.value import Value

    Gatherer = Callable[[Environment], tuple[Any, ...]]
    """Says what a rule compares: text, numbers, None, marks, and tuples of them, for they are kept between runs."""

    Key = Callable[["Sketch"], Iterable[Hashable]]
    Index = Mapping[Hashable, Sequence["Sketch"]]

Packed: TypeAlias = bytes
"""Facts as :mod:`marshal` writes them, each in a packet of its own: a tenth of the memory.

They come from our own processes and our own cache.
"""

Mark: TypeAlias = tuple[str, int, int, str, bool]
"""Where a value stands: path of the file, offsets of start and end, its setting, and whether it is written at all."""


def mark_of(environment: Environment, value: Value[Any]) -> Mark:
    """The place of a value; one that nobody wrote stands on its nearest written parent."""
    span = environment.place_of(value)
    return (span.path, span.start, span.end, value.setting, value.written)


class Sketch:
    """What is kept of an environment: its name, its tier, the path of its file, and the facts that rules gather.

    ``env[gatherer]`` are the facts of a gatherer. Raises NotKnown where a refused value stands in the way.
    """

    __slots__ = ("_facts", "_order", "name", "path", "tier")

    def __init__(
        self,
        *,
        name: str,
        tier: str,
        path: str,
        facts: tuple[tuple[Any, ...] | None, ...] | Packed,
        order: Mapping[Gatherer, int],
    ) -> None:
        self.name = name
        self.tier = tier
        self.path = path
        self._facts = facts
        self._order = order

    def __getitem__(self, gatherer: Gatherer) -> Any:
        facts = self._facts
        found = (loads(facts) if isinstance(facts, bytes) else facts)[self._order[gatherer]]  # noqa: S302 - see Packed
        if found is None:
            raise NotKnown(self.name)
        return loads(found) if isinstance(found, bytes) else found  # noqa: S302


class Surroundings:
    """All environments of the project, whichever of them are linted, and the project file."""

    def __init__(self, environments: Iterable[Sketch], file: ProjectFile) -> None:
        self.environments = tuple(environments)
        self.file = file
        self._indexes: dict[Key, Index] = {}
        self._shared: dict[Key, Index] = {}

    def index(self, key: Key) -> Index:
        """The environments by what ``key`` says of each, made once for each ``key``.

        An environment of which that is not known stands nowhere.
        """
        if key not in self._indexes:
            self._indexes[key] = self._sorted(key)
        return self._indexes[key]

    def shared(self, key: Key) -> Index:
        """The same without what only one environment has, which in a fleet is nearly everything."""
        if key not in self._shared:
            self._shared[key] = {entry: found for entry, found in self._sorted(key).items() if len(found) > 1}
        return self._shared[key]

    def _sorted(self, key: Key) -> Index:
        found: dict[Hashable, list[Sketch]] = {}
        for environment in self.environments:
            try:
                entries = dict.fromkeys(key(environment))
            except NotKnown:
                continue
            for entry in entries:
                found.setdefault(entry, []).append(environment)
        return found
