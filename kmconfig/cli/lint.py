"""``kmconfig lint``"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kmconfig.cli.globals import current, global_options
from kmconfig.cli.lint_reports import Run, folder_in_repository, read_reports, write_report
from kmconfig.environment.project import Project, find_root
from kmconfig.errors import ConfigurationError, KmconfigError
from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from kmconfig.lint.engine import Outcome


@click.command("lint")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="text (default), json, sarif, github, gitlab, junit or markdown; may be repeated.",
)
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the report to FILE.")
@click.option("--select", multiple=True, metavar="RULES", help="Only these rules: codes or names, separated by commas.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Not these rules.")
@click.option(
    "--fail-on",
    type=click.Choice(("error", "warning", "note", "never")),
    help="Fail from this severity on (default: the project file's `lint.fail_on`, or error).",
)
@click.option("--statistics", is_flag=True, help="Add a table to the text: how often each rule found something.")
@click.option("--no-suppressions", is_flag=True, help="Show suppressed findings too.")
@global_options
def command(
    *,
    paths: tuple[str, ...],
    formats: tuple[str, ...],
    output: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    statistics: bool,
    no_suppressions: bool,
) -> int:
    """Check files against the schema and the rules.

    PATH is a file or a folder; by default the whole environments folder is checked. Exit code 1 says that there
    are findings at the fail level.
    """
    from kmconfig.lint.engine import lint  # noqa: PLC0415
    from kmconfig.lint.selection import Selection  # noqa: PLC0415

    reports = read_reports(formats, output)
    project, chosen = load_project(paths)
    selection = Selection.read(select, ignore)
    outcome = lint(
        project,
        today=datetime.now(UTC).date(),
        select=chosen,
        selection=selection,
        suppress=not no_suppressions,
    )
    if outcome.files == 0:
        raise ConfigurationError(
            f"no file to check in {os.path.relpath(project.folder)}",
            help="write environments/NAME.yaml, name a PATH, or point -C at the repository",
        )
    run = Run(
        outcome=outcome,
        folder=folder_in_repository(project.root),
        partial=chosen is not None,
        fail_on=fail_on or project.file.fail_on,
        selection=selection,
        statistics=statistics,
    )
    for report in reports:
        write_report(run, report)
    if outcome.crashes:
        _report_crashes(outcome)
        return KmconfigError.exit_code
    return 1 if outcome.fails(run.fail_on) else 0


def load_project(paths: tuple[str, ...]) -> tuple[Project, list[str] | None]:
    """Load the project around the given paths, and which of its files they choose (None: all)."""
    from kmconfig.cli.paths import choose  # noqa: PLC0415

    folder = current().folder
    project = Project(find_root(folder))
    if not paths:
        project.load()
        return project, None
    return project, choose(project, [folder / path for path in paths])


def _report_crashes(outcome: Outcome) -> None:
    for crash in outcome.crashes:
        where = for_terminal(crash.environment)
        print(
            f"kmconfig: internal error: rule {crash.code} failed on `{where}` with {crash.detail};"
            " please report this; all other rules were checked",
            file=sys.stderr,
        )
