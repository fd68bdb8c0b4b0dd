"""From what a rule says to a finding with its severity and its place in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kmconfig.lint.finding import Finding, Label, Located, Place
from kmconfig.source.span import Span
from kmconfig.source.value import Value, setting_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.rule import Rule
    from kmconfig.lint.surroundings import Sketch
    from kmconfig.source.problem import Problem
    from kmconfig.source.span import SourceFile

    Files: TypeAlias = Callable[[str], SourceFile]
    """The file of a path."""


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

    def place(label: Label) -> Place:
        subject = label.subject
        return Place(environment.place_of(subject) if isinstance(subject, Value) else _span(subject), label.text)

    return _located(finding, rule, severity, {environment.name, *finding.concerns}, place)


def in_file(finding: Finding, rule: Rule, severity: str) -> Located:
    """A finding about one file, which stands on something written in it."""

    def place(label: Label) -> Place:
        subject = label.subject
        return Place(_span(subject.span if isinstance(subject, Value) else subject), label.text)

    return _located(finding, rule, severity, set(finding.concerns), place)


def among_others(finding: Finding, rule: Rule, severity: str, environment: Sketch, files: Files) -> Located:
    """A finding about one environment beside others."""

    def place(label: Label) -> Place:
        subject = label.subject
        if isinstance(subject, tuple):
            path, start, end, _, _ = subject
            return Place(Span(files(path), start, end), label.text)
        return Place(_span(subject.span if isinstance(subject, Value) else subject), label.text)

    return _located(finding, rule, severity, {environment.name, *finding.concerns}, place)


def _located(
    finding: Finding, rule: Rule, severity: str, environments: set[str], place: Callable[[Label], Place]
) -> Located:
    return Located(
        rule=rule,
        severity=severity,
        message=finding.message,
        help=finding.help,
        place=place(finding.primary),
        related=tuple(place(label) for label in finding.related if _is_written(label)),
        setting=_setting(finding.primary),
        environments=tuple(sorted(environments)),
        fix=finding.fix,
    )


def _span(subject: object) -> Span:
    if not isinstance(subject, Span):
        raise TypeError("a finding stands on a place in a file")
    return subject


def _setting(label: Label) -> str:
    match label.subject:
        case Span():
            return ""
        case tuple() as mark:
            return mark[3]
        case value:
            return value.setting


def _is_written(label: Label) -> bool:
    match label.subject:
        case Span():
            return True
        case tuple() as mark:
            return mark[4]
        case value:
            return value.written
