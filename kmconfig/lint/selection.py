"""Which rules a run looks at: `--select` and `--ignore`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmconfig.errors import UsageError
from kmconfig.lint.catalogue import find_rule, offline_rules, remedy, rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.lint.rule import Rule


#: Faults that keep a file from being read, so that no rule could look at it.
_BLINDING = frozenset(("KM101", "KM108", "KM110"))


class Selection(NamedTuple):
    """Codes to look at (None: all) and codes to leave out."""

    selected: frozenset[str] | None = None
    ignored: frozenset[str] = frozenset()

    @classmethod
    def read(cls, select: Iterable[str], ignore: Iterable[str]) -> Selection:
        """Read comma-separated codes and names; a code's beginning such as ``KM2`` selects an area.

        Rules of plugins are known once they are enabled. Raises UsageError for a rule that does not exist.
        """
        ignored = _codes(ignore)
        mandatory = sorted(rule.code for rule in offline_rules() if rule.mandatory and rule.code in ignored)
        if mandatory:
            raise UsageError(f"{', '.join(mandatory)} cannot be ignored", help="correct the faults themselves")
        return cls(_codes(select) or None, ignored)

    def covers(self, rule: Rule) -> bool:
        """Whether findings of this rule are wanted."""
        return self.asks(rule.code)

    def asks(self, code: str) -> bool:
        """Whether the rule of a code is wanted; that a file cannot be read is said whatever is selected."""
        return (self.selected is None or code in self.selected or code in _BLINDING) and code not in self.ignored


def _codes(entries: Iterable[str]) -> frozenset[str]:
    words = [word.strip() for entry in entries for word in entry.split(",") if word.strip()]
    return frozenset(code for word in words for code in _expand(word))


def _expand(word: str) -> list[str]:
    rule = find_rule(word)
    if rule is not None:
        return [rule.code]
    area = [rule.code for rule in rules() if word.upper().startswith("KM") and rule.code.startswith(word.upper())]
    if area:
        return area
    raise UsageError(f"there is no rule `{word}`", help=remedy(word))
