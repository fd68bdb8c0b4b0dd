"""Findings as JUnit XML: a suite for each environment, one for files, and in each a case for every rule.

A case fails when the rule's findings reach the fail level, as the exit code does; milder findings stand in the
output of a case that passes. A rule that was not looked at is skipped, one that failed itself is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmconfig.lint.catalogue import rules as all_rules
from kmconfig.lint.finding import SEVERITIES
from kmconfig.report.escape import for_terminal, for_xml
from kmconfig.report.lint_text import plural
from kmconfig.report.spot import spot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.finding import Located
    from kmconfig.lint.rule import Rule
    from kmconfig.lint.selection import Selection

#: The suite of findings that concern no environment.
_FILES = "(files)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What decides how a case ends. ``folder`` is the root relative to the repository."""

    fail_on: str
    selection: Selection
    folder: str = ""
    rules: Sequence[Rule] = field(default_factory=all_rules)

    @property
    def failing(self) -> tuple[str, ...]:
        """The severities that fail."""
        return SEVERITIES[: SEVERITIES.index(self.fail_on) + 1] if self.fail_on in SEVERITIES else ()


def lint_junit(outcome: Outcome, terms: Terms) -> Iterator[str]:
    """The document, line by line."""
    suites = [_Suite(outcome, name, terms) for name in (*outcome.environments, None)]
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuites name="kmconfig lint"{_totals(suites)}>'
    for suite in suites:
        yield from suite.lines()
    yield "</testsuites>"


class _Suite:
    """The cases of one environment, or of files where it is None."""

    def __init__(self, outcome: Outcome, environment: str | None, terms: Terms) -> None:
        self.environment = environment
        self.name = _FILES if environment is None else environment
        self.terms = terms
        self.counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        self.crashes = {
            crash.code: crash.detail for crash in outcome.crashes if self._owns((crash.environment,), outcome)
        }
        self.unchecked = {
            skipped.code: skipped.reason
            for skipped in reversed(outcome.skipped)
            if self._owns((skipped.environment,), outcome)
        }
        self.findings: dict[str, list[Located]] = {}
        for finding in outcome.findings:
            if self._owns(finding.environments, outcome):
                self.findings.setdefault(finding.rule.code, []).append(finding)
        others = (found[0].rule for found in self.findings.values())
        rules = {rule.code: rule for rule in (*terms.rules, *others)}
        self.cases = [self._case(rule) for rule in rules.values()]

    def _owns(self, names: tuple[str, ...], outcome: Outcome) -> bool:
        if self.environment is None:
            return set(names).isdisjoint(outcome.environments)
        return self.environment in names

    def _case(self, rule: Rule) -> str:
        self.counts["tests"] += 1
        findings = self.findings.get(rule.code, [])
        crash = self.crashes.get(rule.code)
        body = ""
        if crash is not None:
            self.counts["errors"] += 1
            body = f'<error type="internal-error" message="{_attribute(crash)}"/>'
        elif not findings and rule.code in self.unchecked:
            self.counts["skipped"] += 1
            body = f'<skipped message="{_attribute(f"not checked: {self.unchecked[rule.code]}")}"/>'
        elif not findings and not self.terms.selection.covers(rule):
            self.counts["skipped"] += 1
            body = '<skipped message="not selected"/>'
        failing = self.terms.failing if crash is None else ()
        body += self._told([finding for finding in findings if finding.severity in failing], failed=True)
        body += self._told([finding for finding in findings if finding.severity not in failing], failed=False)
        head = f'    <testcase classname="{_attribute(f"kmconfig.{self.name}")}" name="{rule.code} {rule.name}"'
        return f"{head}>{body}</testcase>" if body else f"{head}/>"

    def _told(self, findings: list[Located], *, failed: bool) -> str:
        if not findings:
            return ""
        text = for_xml("\n".join(line for finding in findings for line in self._lines(finding)))
        if not failed:
            return f"<system-out>{text}</system-out>"
        self.counts["failures"] += 1
        first = findings[0]
        more = f" (and {plural(len(findings) - 1, 'more finding')})" if len(findings) > 1 else ""
        return f'<failure type="{first.severity}" message="{_attribute(first.message + more)}">{text}</failure>'

    def _lines(self, finding: Located) -> Iterator[str]:
        place = spot(finding.place, self.terms.folder)
        yield for_terminal(f"{place}: {finding.severity}: {finding.message}")
        for related in (spot(other, self.terms.folder) for other in finding.related):
            yield for_terminal(f"  {related}: {related.text}")
        if finding.help:
            yield for_terminal(f"  help: {finding.help}")

    def lines(self) -> Iterator[str]:
        """The suite's element."""
        yield f'  <testsuite name="{_attribute(self.name)}"{_totals([self])}>'
        yield from self.cases
        yield "  </testsuite>"


def _totals(suites: list[_Suite]) -> str:
    names = ("tests", "failures", "errors", "skipped")
    return "".join(f' {name}="{sum(suite.counts[name] for suite in suites)}"' for name in names)


def _attribute(text: str) -> str:
    return for_xml(for_terminal(text))
