"""What the names of environments, files and secrets say about tiers, and which environments belong together."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmconfig.lint.surroundings import Sketch, Surroundings

_TIER_OF_WORD = {
    **dict.fromkeys(("production", "prod"), "production"),
    **dict.fromkeys(("staging", "stage", "stg", "preprod"), "staging"),
    **dict.fromkeys(("development", "dev"), "development"),
}
_BEFORE_PRODUCTION = re.compile(r"(?:pre|non)[-_ ]?prod(?:uction)?(?![a-z])")


@lru_cache(4096)
def words(text: str) -> tuple[str, ...]:
    """The words of a name in small letters; what comes before production is one word."""
    return tuple(re.findall(r"[a-z0-9]+", _BEFORE_PRODUCTION.sub("preprod", text.lower())))


def tiers_named(text: str) -> set[str]:
    """The tiers that a name speaks of."""
    return {_TIER_OF_WORD[word] for word in words(text) if word in _TIER_OF_WORD}


def counterparts(env: Sketch, surroundings: Surroundings, *, tier: str) -> Sequence[Sketch]:
    """The environments of another tier that go with this one.

    Those whose names differ in nothing but the tier, such as ``eu/staging`` with ``eu/production``; else those
    in the same folder; else those in a folder above.
    """
    index = surroundings.index(_kinship)
    found = index.get(f"{tier} at {_place(env.name)}")
    folder = _place(env.name.rpartition("/")[0])
    while found is None:
        found = index.get(f"{tier} in {folder}")
        if not folder:
            break
        folder = folder.rpartition("/")[0]
    return found or ()


def _kinship(env: Sketch) -> Iterator[str]:
    yield f"{env.tier} at {_place(env.name)}"
    yield f"{env.tier} in {_place(env.name.rpartition('/')[0])}"


@cache
def _place(name: str) -> str:
    """An environment's name without what it says about its tier."""
    parts = ("-".join(word for word in words(part) if word not in _TIER_OF_WORD) for part in name.split("/"))
    return "/".join(part for part in parts if part)
