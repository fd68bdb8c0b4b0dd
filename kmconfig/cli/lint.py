"""``kmconfig lint``"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kmconfig.cli.globals import current, global_options
from kmconfig.cli.output import FORMATS, write_document, write_lines
from kmconfig.environment.project import Project, find_root
from kmconfig.errors import ConfigurationError, KmconfigError, UsageError

if TYPE_CHECKING:
    from kmconfig.lint.engine import Outcome

_LATER_FORMATS = ("sarif", "github", "gitlab", "junit", "markdown")


@click.command("lint")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format", "formats", multiple=True, metavar="FORMAT[=FILE]", help="text (default) or json; may be repeated."
)
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the report to FILE.")
@click.option("--select", multiple=True, metavar="RULES", help="Only these rules: codes or names, separated by commas.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Not these rules.")
@click.option(
    "--fail-on",
    type=click.Choice(("error", "warning", "note", "never")),
    help="Fail from this severity on (default: the project file's `lint.fail_on`, or error).",
)
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
    no_suppressions: bool,
) -> int:
    """Check files against the schema and the rules.

    PATH is a file or a folder; by default the whole environments folder is checked. Exit code 1 says that there
    are findings at the fail level.
    """
    from kmconfig.lint.engine import lint  # noqa: PLC0415
    from kmconfig.lint.selection import Selection  # noqa: PLC0415

    reports = _reports(formats, output)
    project, chosen = load_project(paths)
    outcome = lint(
        project,
        today=datetime.now(UTC).date(),
        select=chosen,
        selection=Selection.read(select, ignore),
        suppress=not no_suppressions,
    )
    if outcome.files == 0:
        raise ConfigurationError(
            f"no file to check in {os.path.relpath(project.folder)}",
            help="write environments/NAME.yaml, name a PATH, or point -C at the repository",
        )
    for form, file in reports:
        _print(outcome, form, file)
    if outcome.crashes:
        _report_crashes(outcome)
        return KmconfigError.exit_code
    return 1 if outcome.fails(fail_on or project.file.fail_on) else 0


def load_project(paths: tuple[str, ...]) -> tuple[Project, list[str] | None]:
    """Load the project around the given paths, and which of its files they choose (None: all)."""
    from kmconfig.cli.paths import choose  # noqa: PLC0415

    folder = current().folder
    project = Project(find_root(folder))
    if not paths:
        project.load()
        return project, None
    return project, choose(project, [folder / path for path in paths])


def _reports(formats: tuple[str, ...], output: str | None) -> list[tuple[str, str | None]]:
    reports: list[tuple[str, str | None]] = []
    for entry in formats or ("text",):
        form, _, file = entry.partition("=")
        if form in _LATER_FORMATS:
            raise UsageError(f"format `{form}` is not available yet in this version", help="use text or json")
        if form not in FORMATS:
            raise UsageError(f"there is no format `{form}`", help="use text or json")
        reports.append((form, file or None))
    if output is not None:
        reports = [(form, file or output) for form, file in reports]
    if [file for _, file in reports].count(None) > 1:
        raise UsageError("several formats cannot share stdout", help="give all but one a file: --format json=FILE")
    return reports


def _print(outcome: Outcome, form: str, file: str | None) -> None:
    if form == "json":
        from kmconfig.report.lint_json import lint_document  # noqa: PLC0415

        write_document(lint_document(outcome), file)
        return
    from kmconfig.report.lint_text import lint_text  # noqa: PLC0415
    from kmconfig.report.style import Style  # noqa: PLC0415

    style = current().style() if file is None else Style(enabled=False)
    if current().verbosity >= 0 or outcome.findings:
        write_lines(lint_text(outcome, style=style), file)


def _report_crashes(outcome: Outcome) -> None:
    for crash in outcome.crashes:
        print(
            f"kmconfig: internal error: rule {crash.code} failed on `{crash.environment}` with {crash.detail};"
            " please report this; all other rules were checked",
            file=sys.stderr,
        )
