"""Rules looked up by code or name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kmconfig.lint.rules import RULES

if TYPE_CHECKING:
    from kmconfig.lint.rule import Rule


@cache
def by_word() -> dict[str, Rule]:
    """Every rule under its code and under its name."""
    return {word: rule for rule in RULES for word in (rule.code, rule.name)}


def find_rule(word: str) -> Rule | None:
    """The rule of a code, in any case, or of a name."""
    return by_word().get(word) or by_word().get(word.upper())


def nearest(word: str) -> str | None:
    """The code or name that was probably meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - only misspelt names pay for it

    shape = word.upper() if word[:2].upper() == "KM" else word.lower()
    close = get_close_matches(shape, list(by_word()), 1, 0.6)
    return close[0] if close else None
