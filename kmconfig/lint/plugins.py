"""Rules of installed packages: the entry points of the group ``kmconfig.rules``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.environment.packages import Entry, fault_of, offered
from kmconfig.lint.plugin_checks import guarded, unmet_requirement
from kmconfig.lint.rule import Rule
from kmconfig.lint.rules.all import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUP = "kmconfig.rules"


class Plugins(NamedTuple):
    """The rules of installed packages by code, and what is wrong with them, one sentence for each fault."""

    rules: tuple[Rule, ...] = ()
    faults: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()


@cache
def load_plugins() -> Plugins:
    """The rules of all installed packages, looked for once in a process."""
    return find_plugins()


def find_plugins() -> Plugins:
    """Look for entry points and load them. Never raises for what a package does."""
    found = offered(GROUP, Rule, remedy="name what a decorator such as @rule made")
    rules: list[Rule] = []
    faults = list(found.faults)
    taken = {word: "kmconfig itself" for rule in RULES for word in (rule.code, rule.name)}
    for rule, entry in found.things:
        fault = unmet_requirement(rule) or _clash(rule, taken)
        if fault is not None:
            faults.append(fault_of(entry, fault))
            continue
        taken[rule.code] = taken[rule.name] = str(entry)
        rules.append(guarded(rule))
    return Plugins(tuple(sorted(rules, key=lambda rule: rule.code)), tuple(faults), found.entries)


def _clash(rule: Rule, taken: Mapping[str, str]) -> str | None:
    for what, word in (("code", rule.code), ("name", rule.name)):
        if word in taken:
            return f"the {what} `{word}` is taken by {taken[word]}; give the rule another one"
    return None
