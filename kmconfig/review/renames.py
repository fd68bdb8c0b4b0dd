"""Files that have another name now, told by their texts, which are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: As git's own measure: half of the lines are the same, and some more for files that are all alike.
_ALIKE = 0.6
#: More pairs, and longer files, are not worth the time.
_PAIRS = 400
_LINES = 500


def renamed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """The former name of each file that took the place of another, by its new one.

    ``before`` are the texts of those that are gone by name, ``after`` of those that came.
    """
    gone, came = list(before), list(after)
    if len(gone) * len(came) > _PAIRS:
        gone, came = gone[: _PAIRS // len(came) or 1], came[:_PAIRS]
    pairs = [(_likeness(before[old], after[new]), old, new) for old in gone for new in came]
    found: dict[str, str] = {}
    taken: set[str] = set()
    for likeness, old, new in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if likeness >= _ALIKE and new not in found and old not in taken:
            found[new] = old
            taken.add(old)
    return found


def _likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    lines, others = one.splitlines(), other.splitlines()
    if max(len(lines), len(others)) > _LINES:
        return 0.0
    from difflib import SequenceMatcher  # noqa: PLC0415 - renames are rare

    return SequenceMatcher(None, lines, others, autojunk=False).ratio()
