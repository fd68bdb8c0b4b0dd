"""A rule: its code, name, severities by tier, and its check; its module's docstring is its manual."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.finding import Finding
    from kmconfig.lint.surroundings import Surroundings
    from kmconfig.source.parser import Document

    Check = Callable[[Environment], Iterator[Finding]]
    FileCheck = Callable[[Document], Iterator[Finding]]
    ProjectCheck = Callable[[Environment, Surroundings], Iterator[Finding]]

_WORDS = {"E": "error", "W": "warning", "n": "note", "–": None}
_TIERS = ("production", "staging", "development")

_MANDATORY = frozenset({"KM002", "KM003", "KM004", "KM301", "KM302"})


class Rule(NamedTuple):
    """One rule of the catalogue.

    ``severities`` maps each tier to error, warning, note, or None where the rule is silent. ``check`` looks at
    environments, ``check_file`` at each file by itself, whatever it is used for, and ``check_project`` at
    environments amid all the others; all are None for the faults that reader, parser, schema or engine find
    themselves.
    """

    code: str
    name: str
    severities: dict[str, str | None]
    module: str
    check: Check | None = None
    check_file: FileCheck | None = None
    check_project: ProjectCheck | None = None

    @property
    def mandatory(self) -> bool:
        """Whether the rule can be neither suppressed nor switched off."""
        return self.code in _MANDATORY or self.code.startswith("KM1")

    @property
    def manual(self) -> str:
        """The docstring of the rule's module."""
        return (sys.modules[self.module].__doc__ or "").strip()

    def severity(self, tier: str) -> str | None:
        """The severity in a tier, None where the rule is silent."""
        return self.severities[tier]


def rule(code: str, name: str, *, severity: str) -> Callable[[Check], Rule]:
    """Turn a check into a rule. ``severity`` reads production/staging/development: E, W, n or –."""

    def register(check: Check) -> Rule:
        return Rule(code, name, parse_severities(severity), check.__module__, check)

    return register


def file_rule(code: str, name: str, *, severity: str) -> Callable[[FileCheck], Rule]:
    """Turn a check of files into a rule. Its findings stand on spans or on values of the file.

    A file has no tier, so the severity is that of production.
    """

    def register(check: FileCheck) -> Rule:
        return Rule(code, name, parse_severities(severity), check.__module__, check_file=check)

    return register


def project_rule(code: str, name: str, *, severity: str) -> Callable[[ProjectCheck], Rule]:
    """Turn a check of environments amid all the others into a rule.

    It is called for every environment of the project, also where only some of them are linted; what concerns
    none of those is left out. The severity is that of the tier of the environment it is called for.
    """

    def register(check: ProjectCheck) -> Rule:
        return Rule(code, name, parse_severities(severity), check.__module__, check_project=check)

    return register


def found_elsewhere(code: str, name: str, *, severity: str = "E/E/E", module: str) -> Rule:
    """A rule whose faults the reader, the parser, the schema or the engine find."""
    return Rule(code, name, parse_severities(severity), module)


def parse_severities(text: str) -> dict[str, str | None]:
    """Read ``E/W/–`` into a severity for each tier."""
    return {tier: _WORDS[letter] for tier, letter in zip(_TIERS, text.split("/"), strict=True)}
