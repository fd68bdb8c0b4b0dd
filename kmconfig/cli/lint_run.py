"""One run of ``kmconfig lint``: looking, and what is changed where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmconfig.cli.lint_subject import limit_findings
from kmconfig.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmconfig.cli.lint_baseline import BaselinePlace
    from kmconfig.cli.lint_reports import Report
    from kmconfig.cli.lint_subject import Look
    from kmconfig.environment.project import Project
    from kmconfig.lint.engine import Outcome


class Changes(NamedTuple):
    """What a run may change: files by safe or also by unsafe fixes, only shown with ``diff``; and the baseline."""

    fix: bool
    unsafe: bool
    diff: bool
    write_baseline: bool

    @property
    def fixes(self) -> bool:
        """Whether fixes are worked out."""
        return self.fix or self.diff

    def reports_beside(self, reports: Sequence[Report], *, stdin: bool) -> list[Report]:
        """The reports that go to files, where stdout is for something else; text then goes to stderr, if anywhere.

        Raises UsageError for another format without a file.
        """
        if not (self.diff or (self.fix and stdin)):
            return list(reports)
        for report in reports:
            if report.file is None and report.form != "text":
                what = "the diff" if self.diff else "the fixed text"
                raise UsageError(
                    f"{report.form} cannot share stdout with {what}",
                    help=f"give it a file: --format {report.form}=FILE",
                )
        return [report for report in reports if report.file is not None]

    def check(self, *, partial: bool, suppress: bool) -> None:
        """Refuse a baseline of anything but all findings as they stand. Raises UsageError."""
        if self.write_baseline and (partial or self.fixes or not suppress):
            raise UsageError(
                "--write-baseline accepts all findings of the repository",
                help="call it without paths, --select, --ignore, --no-suppressions, --fix and --diff",
            )


class Result(NamedTuple):
    """How a run ended, and the reports that are still to be written.

    ``failed`` says whether it failed whatever was found; None leaves that to the findings.
    """

    outcome: Outcome
    reports: list[Report]
    fail_on: str
    failed: bool | None = None

    def fails(self, level: str) -> bool:
        """Whether the run failed, where findings of a severity fail it."""
        return self.outcome.fails(level) if self.failed is None else self.failed


def look_and_change(look: Look, changes: Changes, baseline: str | None, reports: list[Report]) -> Result:
    """Lint, apply or show fixes, keep the baseline. ``baseline`` is the option's file, if there is one."""
    project = look.subject.open()
    place = _place(project, baseline)
    fail_on = project.file.fail_on
    if changes.write_baseline:
        return Result(outcome=_accept(look, project, place), reports=reports, fail_on=fail_on)
    if place is not None:
        look = look._replace(baseline=place.read())
    if changes.fixes:
        return _fix(look, changes, reports, fail_on)
    outcome, unmatched = look.lint(project)
    if place is not None and unmatched and look.is_whole:
        from kmconfig.cli.lint_baseline import report_unmatched  # noqa: PLC0415

        report_unmatched(place, unmatched, outcome)
    return Result(outcome=outcome, reports=reports, fail_on=fail_on)


def _place(project: Project, option: str | None) -> BaselinePlace | None:
    if option is None and project.file.get("lint", "baseline") is None:
        return None
    from kmconfig.cli.lint_baseline import baseline_place  # noqa: PLC0415

    return baseline_place(project, option)


def _accept(look: Look, project: Project, place: BaselinePlace | None) -> Outcome:
    """Write the baseline, unless a rule failed itself, so that not all findings are known."""
    from kmconfig.cli.lint_baseline import write_baseline  # noqa: PLC0415

    if place is None:
        raise UsageError(
            "--write-baseline does not know where to",
            help="set `lint: {baseline: .kmconfig-baseline.json}` in kmconfig.yaml, or say --baseline FILE",
        )
    outcome, _ = look.lint(project, limit=False)
    if not outcome.crashes:
        write_baseline(place, outcome).accept(outcome)
    limit_findings(outcome)
    return outcome


def _fix(look: Look, changes: Changes, reports: list[Report], fail_on: str) -> Result:
    from kmconfig.cli import lint_fixes  # noqa: PLC0415

    left = changes.reports_beside(reports, stdin=look.subject.is_stdin)
    before, fixed = lint_fixes.fix(look, unsafe=changes.unsafe)
    if changes.diff:
        lint_fixes.print_diff(before, fixed)
        limit_findings(before.asked)
        return Result(outcome=before.asked, reports=left, fail_on=fail_on, failed=bool(fixed.texts))
    if not look.subject.is_stdin:
        edited = lint_fixes.write_fixes(look, before, fixed)
        failed = None if edited.written else True
        return Result(outcome=edited.outcome, reports=left, fail_on=fail_on, failed=failed)
    edited = lint_fixes.print_fixed(look, before, fixed)
    if len(left) < len(reports):
        lint_fixes.print_beside(edited.outcome)
    return Result(outcome=edited.outcome, reports=left, fail_on=fail_on)
