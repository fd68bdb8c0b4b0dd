"""What ``kmconfig lint`` does, however it is called."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kmconfig.cli.lint_reports import Run, folder_in_repository, read_reports, write_report
from kmconfig.cli.lint_run import Changes, look_and_change
from kmconfig.cli.lint_subject import STDIN, Look, read_subject
from kmconfig.errors import CouldNotCheck, KmconfigError
from kmconfig.lint.catalogue import enable_plugins
from kmconfig.lint.selection import Selection
from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from kmconfig.lint.engine import Outcome

_NOTHING = Changes(fix=False, unsafe=False, diff=False, write_baseline=False)


def lint_paths(
    paths: tuple[str, ...],
    *,
    formats: tuple[str, ...] = (),
    output: str | None = None,
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    fail_on: str | None = None,
    changes: Changes = _NOTHING,
    baseline: str | None = None,
    statistics: bool = False,
    suppress: bool = True,
    stdin_filename: str | None = None,
    cache: bool = True,
    online: bool = False,
) -> int:
    """Lint files or folders, or the whole environments folder without any, and return the exit code.

    The parameters are the options of the command as they are written.
    """
    reports = read_reports(formats, output)
    changes.reports_beside(reports, stdin=STDIN in paths)
    changes.check(partial=bool(paths or select or ignore), suppress=suppress)
    subject = read_subject(paths, stdin_filename)
    if select or ignore:
        enable_plugins(subject.open().file)
    look = Look(
        subject=subject,
        today=datetime.now(UTC).date(),
        selection=Selection.read(select, ignore),
        suppress=suppress,
        cache=cache,
        online=online,
    )
    result = look_and_change(look, changes, baseline, reports)
    run = Run(
        outcome=result.outcome,
        folder=folder_in_repository(look.subject.root),
        partial=bool(paths),
        fail_on=fail_on or result.fail_on,
        selection=look.selection,
        statistics=statistics,
    )
    for report in result.reports:
        write_report(run, report)
    if result.outcome.crashes:
        _report_crashes(result.outcome)
        return KmconfigError.exit_code
    if result.fails(run.fail_on):
        return 1
    return CouldNotCheck.exit_code if result.outcome.skipped else 0


def _report_crashes(outcome: Outcome) -> None:
    for crash in outcome.crashes:
        where = for_terminal(crash.environment)
        print(
            f"kmconfig: internal error: rule {crash.code} failed on `{where}` with {crash.detail};"
            " please report this; all other rules were checked",
            file=sys.stderr,
        )
