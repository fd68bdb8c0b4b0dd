"""What the project file says about rules, other severities or off, and about the providers they allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.catalogue import find_rule, is_several, nearest, remedy
from kmconfig.lint.finding import SEVERITIES, set_value
from kmconfig.source.problem import Edit, Fix, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.lint.rule import Rule
    from kmconfig.source.span import Span
    from kmconfig.source.value import Path


_LEVELS = (*SEVERITIES, "off")


class Configuration:
    """Severities by rule as the project file sets them, and what is wrong with those settings."""

    def __init__(self, file: ProjectFile) -> None:
        self.severities: dict[str, str] = {}
        self.problems: list[Problem] = []
        for word, value in file.rules.items():
            if value.key_span is None or value.span is None or value.data not in _LEVELS:
                continue
            rule = find_rule(word)
            if rule is None:
                self.problems.append(_unknown(word, value.key_span, value.path))
            elif rule.mandatory and value.data != "error":
                message = f"`{rule.code}` ({rule.name}) is always an error and cannot be switched off"
                help_text = "remove this line; correct the fault where it stands"
                self.problems.append(Problem("KM107", message, value.span, help=help_text, path=value.path))
            else:
                self.severities[rule.code] = value.data
        self.problems += _unknown_providers(file)

    def severity(self, rule: Rule, tier: str) -> str | None:
        """The severity of a rule in a tier, or None where it is silent or off."""
        configured = self.severities.get(rule.code)
        if configured is None:
            return rule.severity(tier)
        return None if configured == "off" else configured

    def of_finding(self, rule: Rule, severity: str, own: str | None) -> str:
        """What becomes of a rule's severity where a finding has its ``own``: the project file bounds it from above."""
        if own is None:
            return severity
        return max(severity, own, key=SEVERITIES.index) if rule.code in self.severities else own


def _unknown(word: str, span: Span, path: Path) -> Problem:
    guess = nearest(word)
    help_text = "give each rule a line of its own" if is_several(word) else remedy(word)
    fix = Fix(f"use `{guess}`", Edit(span, guess), safe=True) if guess else None
    return Problem("KM002", f"there is no rule `{word}`", span, help=help_text, path=path, fix=fix)


def _unknown_providers(file: ProjectFile) -> Iterator[Problem]:
    """KM107 on each entry of ``policy.providers`` that names no provider: it would allow nothing."""
    allowed = file.get("policy", "providers")
    if file.document is None or allowed is None or not isinstance(allowed.data, list):
        return
    entries = [entry for entry in allowed.data if entry.path not in file.document.refused]
    from kmconfig.providers.registry import nearest_provider, provider_by_slug, provider_remedy  # noqa: PLC0415 - rarely asked

    for entry in entries:
        if entry.span is None or not isinstance(entry.data, str) or provider_by_slug(entry.data) is not None:
            continue
        guess = nearest_provider(entry.data)
        fix = Fix(f"use `{guess}`", set_value(entry, guess), safe=False) if guess else None
        message = f"there is no provider `{entry.data}`"
        yield Problem("KM107", message, entry.span, help=provider_remedy(entry.data), path=entry.path, fix=fix)
