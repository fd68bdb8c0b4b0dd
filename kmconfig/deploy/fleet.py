"""Many environments in one run: in which order, which part of them, and how many at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from kmconfig.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kmconfig.environment.environment import Environment

_USUAL_STAGES = ("development", "staging", "production")


@dataclass(frozen=True, slots=True)
class Shard:
    """One of ``count`` parts of a fleet, counted from 1."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """A shard as ``2/8``. Raises UsageError."""
        found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text)
        number, count = (int(part) for part in found.groups()) if found is not None else (0, 0)
        if not 1 <= number <= count:
            raise UsageError(f"`--shard {text}` is no part of a whole", help="write it as 1/4 to 4/4")
        return cls(number, count)

    def of(self, names: Sequence[str]) -> list[str]:
        """The names that belong to this part: each belongs to exactly one, whatever order they come in."""
        return [name for index, name in enumerate(sorted(names)) if index % self.count == self.number - 1]


def waves(environments: Iterable[Environment], stages: Sequence[str], *, at_once: int) -> list[list[Environment]]:
    """Environments in the order to apply them: stage by stage, of each stage one ahead of the others.

    ``stages`` is the order of promotion, empty for the usual one. Those of a wave may be applied at the same time,
    ``at_once`` of them at most; no wave begins before the one ahead of it has succeeded.
    """
    order = [*stages, *(stage for stage in _USUAL_STAGES if stage not in stages)]
    by_stage: dict[str, list[Environment]] = {stage: [] for stage in order}
    for environment in environments:
        by_stage[environment.tier].append(environment)
    found = []
    for stage in order:
        ahead, others = by_stage[stage][:1], by_stage[stage][1:]
        found += [ahead] if ahead else []
        found += [others[start : start + at_once] for start in range(0, len(others), at_once)]
    return found
