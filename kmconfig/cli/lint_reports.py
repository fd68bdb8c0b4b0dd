"""The reports of ``kmconfig lint``: which formats a command line asks for, where each goes, and writing them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.cli.options import current
from kmconfig.cli.output import write_document, write_lines
from kmconfig.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.selection import Selection
    from kmconfig.report.style import Style

#: Formats that may share stdout: annotations are lines beside the log.
_SHARING = {"text", "github"}


class Report(NamedTuple):
    """A format and the file it goes to, None for stdout."""

    form: str
    file: str | None


class Run(NamedTuple):
    """What a report needs to know of the run: its result, and what it was asked to look at.

    ``folder`` is the root relative to the repository around it, empty where both are the same. ``partial`` says
    that only some paths were checked.
    """

    outcome: Outcome
    folder: str
    partial: bool
    fail_on: str
    selection: Selection
    statistics: bool


def read_reports(formats: Iterable[str], output: str | None) -> list[Report]:
    """Read ``FORMAT[=FILE]`` options; those without a file go to ``output`` or, without it, to stdout.

    Raises UsageError for an unknown format and for reports that would overwrite or mix with each other.
    """
    reports = [_read(entry, output) for entry in formats or ("text",)]
    files = [os.path.realpath(report.file) for report in reports if report.file is not None]
    twice = next((file for file in files if files.count(file) > 1), None)
    if twice is not None:
        raise UsageError(
            f"two reports would go to `{os.path.relpath(twice)}`", help="give each a file: --format json=FILE"
        )
    shared = [report.form for report in reports if report.file is None]
    if len(shared) > 1 and (len(set(shared)) < len(shared) or not _SHARING.issuperset(shared)):
        raise UsageError(
            f"{' and '.join(shared)} cannot share stdout",
            help="give all but one a file: --format json=FILE; only text and github go together",
        )
    return reports


def _read(entry: str, output: str | None) -> Report:
    form, equals, file = entry.partition("=")
    if form not in WRITERS:
        from difflib import get_close_matches  # noqa: PLC0415 - only misspelt formats pay for it

        close = get_close_matches(form.lower(), WRITERS, 1)
        remedy = f"did you mean `{close[0]}`?" if close else f"use one of: {', '.join(WRITERS)}"
        raise UsageError(f"there is no format `{form}`", help=remedy)
    if equals and not file:
        raise UsageError(
            f"`--format {form}=` names no file", help=f"write `--format {form}=FILE`, or leave out the `=`"
        )
    if file == "-":
        return Report(form, None)
    return Report(form, file or output)


def folder_in_repository(root: Path) -> str:
    """The root relative to the git repository around it, which is what platforms call the file's path."""
    root = root.absolute()
    for folder in (root, *root.parents):
        if os.path.lexists(folder / ".git"):
            return "" if folder == root else root.relative_to(folder).as_posix()
    return ""


def write_report(run: Run, report: Report) -> None:
    """Write one report."""
    WRITERS[report.form](run, report.file)


def _text(run: Run, file: str | None) -> None:
    from kmconfig.report.style import Style  # noqa: PLC0415

    style = current().style() if file is None else Style(enabled=False)
    if current().verbosity < 0 and not run.outcome.findings:
        return
    lines = _text_lines(run, style)
    if file is None and os.environ.get("GITHUB_ACTIONS") == "true":
        from kmconfig.report.escape import for_workflow_log  # noqa: PLC0415

        lines = map(for_workflow_log, lines)
    write_lines(lines, file)


def _text_lines(run: Run, style: Style) -> Iterator[str]:
    from kmconfig.report.lint_text import lint_text  # noqa: PLC0415

    yield from lint_text(run.outcome, style=style)
    if run.statistics and run.outcome.findings:
        from kmconfig.report.lint_statistics import lint_statistics  # noqa: PLC0415

        yield ""
        yield from lint_statistics(run.outcome, style=style)


def _json(run: Run, file: str | None) -> None:
    from kmconfig.report.lint_json import lint_document  # noqa: PLC0415

    write_document(lint_document(run.outcome), file)


def _sarif(run: Run, file: str | None) -> None:
    from kmconfig.report.lint_sarif import sarif_document  # noqa: PLC0415

    write_document(sarif_document(run.outcome, folder=run.folder, category=_category(run)), file)


def _category(run: Run) -> str:
    """What keeps uploads for different files of one commit apart, and is the same for each commit."""
    if not run.partial:
        return "kmconfig/"
    return f"kmconfig/{'+'.join(sorted(run.outcome.environments)) or 'files'}/"


def _github(run: Run, file: str | None) -> None:
    from kmconfig.report.lint_github import lint_github  # noqa: PLC0415

    write_lines(lint_github(run.outcome, folder=run.folder), file)


def _gitlab(run: Run, file: str | None) -> None:
    from kmconfig.report.lint_gitlab import gitlab_document  # noqa: PLC0415

    write_document(gitlab_document(run.outcome, folder=run.folder), file)


def _junit(run: Run, file: str | None) -> None:
    from kmconfig.report.lint_junit import Terms, lint_junit  # noqa: PLC0415

    terms = Terms(fail_on=run.fail_on, selection=run.selection, folder=run.folder)
    write_lines(lint_junit(run.outcome, terms), file)


def _markdown(run: Run, file: str | None) -> None:
    from kmconfig.report.lint_markdown import lint_markdown  # noqa: PLC0415

    write_lines(lint_markdown(run.outcome, folder=run.folder), file)


#: Each format's writer; its module is loaded when it is used.
WRITERS: dict[str, Callable[[Run, str | None], None]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
    "markdown": _markdown,
}
