"""What the names of environments, files and secrets say about tiers, and which environments belong together."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.surroundings import Surroundings

_TIER_OF_WORD = {
    **dict.fromkeys(("production", "prod"), "production"),
    **dict.fromkeys(("staging", "stage", "stg", "preprod"), "staging"),
    **dict.fromkeys(("development", "dev"), "development"),
}
_BEFORE_PRODUCTION = re.compile(r"(?:pre|non)[-_ ]?prod(?:uction)?(?![a-z])")


@cache
def words(text: str) -> tuple[str, ...]:
    """The words of a name in small letters; what comes before production is one word."""
    return tuple(re.findall(r"[a-z0-9]+", _BEFORE_PRODUCTION.sub("preprod", text.lower())))


def tiers_named(text: str) -> set[str]:
    """The tiers that a name speaks of."""
    return {_TIER_OF_WORD[word] for word in words(text) if word in _TIER_OF_WORD}


def counterparts(env: Environment, surroundings: Surroundings, *, tier: str) -> tuple[Environment, ...]:
    """The environments of another tier that go with this one.

    Those whose names differ in nothing but the tier, such as ``eu/staging`` with ``eu/production``; else those
    in the same folder; else those in a folder above.
    """
    index = surroundings.index(_kinship)
    place, folder = _place(env.name), _place(env.name.rpartition("/")[0])
    found = index.get((tier, "place", place))
    for length in range(len(folder), -1, -1):
        if found is None:
            found = index.get((tier, "folder", folder[:length]))
    return found or ()


def _kinship(env: Environment) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    yield env.tier, "place", _place(env.name)
    yield env.tier, "folder", _place(env.name.rpartition("/")[0])


@cache
def _place(name: str) -> tuple[str, ...]:
    """The parts of an environment's name without what they say about its tier."""
    parts = ("-".join(word for word in words(part) if word not in _TIER_OF_WORD) for part in name.split("/"))
    return tuple(part for part in parts if part)
