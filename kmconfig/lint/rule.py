"""A rule: its code, name, severities by tier, and its check; its module's docstring is its manual."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.lint.finding import Finding, Skipped
    from kmconfig.lint.observed import Observed
    from kmconfig.lint.surroundings import Gatherer, Sketch, Surroundings
    from kmconfig.source.parser import Document

    Check = Callable[[Environment], Iterator[Finding]]
    FileCheck = Callable[[Document], Iterator[Finding]]
    PolicyCheck = Callable[[Environment, ProjectFile], Iterator[Finding]]
    ProjectCheck = Callable[[Sketch, Surroundings], Iterator[Finding]]
    OnlineCheck = Callable[[Environment, Observed], Iterator[Finding | Skipped]]

_WORDS = {"E": "error", "W": "warning", "n": "note", "–": None}
TIERS = ("production", "staging", "development")

_MANDATORY = frozenset({"KM002", "KM003", "KM004", "KM301", "KM302"})


class Rule(NamedTuple):
    """One rule of the catalogue.

    ``severities`` maps each tier to error, warning, note, or None where the rule is silent. ``check`` looks at
    environments, ``check_file`` at each file by itself, whatever it is used for, ``check_policy`` at environments
    beside the project file, and ``check_online`` beside what was seen of the stores and servers they name.
    ``check_project`` compares environments; it sees of each what ``facts`` gather. All are None for the faults that
    reader, parser, schema or engine find themselves.
    """

    code: str
    name: str
    severities: dict[str, str | None]
    module: str
    check: Check | None = None
    check_file: FileCheck | None = None
    check_policy: PolicyCheck | None = None
    check_project: ProjectCheck | None = None
    check_online: OnlineCheck | None = None
    facts: tuple[Gatherer, ...] = ()

    @property
    def online(self) -> bool:
        """Whether the rule asks servers, so that it only looks when it is told to."""
        return self.check_online is not None

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


def policy_rule(code: str, name: str, *, severity: str) -> Callable[[PolicyCheck], Rule]:
    """Turn a check of environments against the project file into a rule."""

    def register(check: PolicyCheck) -> Rule:
        return Rule(code, name, parse_severities(severity), check.__module__, check_policy=check)

    return register


def project_rule(code: str, name: str, *, severity: str, facts: tuple[Gatherer, ...]) -> Callable[[ProjectCheck], Rule]:
    """Turn a check of environments amid all the others into a rule.

    It is called for every environment of the project, also where only some of them are linted; what concerns
    none of those is left out. The severity is that of the tier of the environment it is called for. A fleet has
    thousands of environments, so no more is kept of each than ``facts`` gather from it.
    """

    def register(check: ProjectCheck) -> Rule:
        return Rule(code, name, parse_severities(severity), check.__module__, check_project=check, facts=facts)

    return register


def online_rule(code: str, name: str, *, severity: str) -> Callable[[OnlineCheck], Rule]:
    """Turn a check of what was seen of stores and servers into a rule. It runs only with ``--online``.

    What could not be seen is no finding and not passed either: the check says so with ``Skipped``.
    """

    def register(check: OnlineCheck) -> Rule:
        return Rule(code, name, parse_severities(severity), check.__module__, check_online=check)

    return register


def found_elsewhere(code: str, name: str, *, severity: str = "E/E/E", module: str) -> Rule:
    """A rule whose faults the reader, the parser, the schema or the engine find."""
    return Rule(code, name, parse_severities(severity), module)


def parse_severities(text: str) -> dict[str, str | None]:
    """Read ``E/W/–`` into a severity for each tier."""
    return {tier: _WORDS[letter] for tier, letter in zip(TIERS, text.split("/"), strict=True)}
