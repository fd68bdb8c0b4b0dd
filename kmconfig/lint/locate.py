"""From what a rule says to a finding with its severity and its place in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label, Located, Place
from kmconfig.source.span import Span
from kmconfig.source.value import setting_name

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.lint.rule import Rule
    from kmconfig.source.problem import Problem


def of_problem(problem: Problem, rule: Rule, environments: tuple[str, ...]) -> Located:
    """A fault that was found before any rule looked."""
    return Located(
        rule=rule,
        severity="error",
        message=problem.message,
        help=problem.help,
        place=Place(problem.span),
        related=tuple(Place(label.span, label.text) for label in problem.related),
        setting=setting_name(problem.path),
        environments=tuple(sorted(environments)),
        fix=problem.fix,
    )


def in_environment(finding: Finding, rule: Rule, severity: str, environment: Environment) -> Located:
    """A finding about one environment; what nobody wrote stands on its nearest written parent."""
    subject = finding.primary.subject
    return Located(
        rule=rule,
        severity=severity,
        message=finding.message,
        help=finding.help,
        place=_place(finding.primary, environment),
        related=tuple(_place(label, environment) for label in finding.related if _is_written(label)),
        setting="" if isinstance(subject, Span) else subject.setting,
        environments=tuple(sorted({environment.name, *finding.concerns})),
        fix=finding.fix,
    )


def in_file(finding: Finding, rule: Rule, severity: str, environments: tuple[str, ...]) -> Located:
    """A finding about one file, which stands on something written in it."""
    subject = finding.primary.subject
    return Located(
        rule=rule,
        severity=severity,
        message=finding.message,
        help=finding.help,
        place=_written_place(finding.primary),
        related=tuple(_written_place(label) for label in finding.related),
        setting="" if isinstance(subject, Span) else subject.setting,
        environments=environments,
        fix=finding.fix,
    )


def _place(label: Label, environment: Environment) -> Place:
    subject = label.subject
    return Place(subject if isinstance(subject, Span) else environment.place_of(subject), label.text)


def _written_place(label: Label) -> Place:
    span = label.subject if isinstance(label.subject, Span) else label.subject.span
    if span is None:
        raise ValueError("a finding about a file stands on a place in it")
    return Place(span, label.text)


def _is_written(label: Label) -> bool:
    return isinstance(label.subject, Span) or label.subject.written
