"""``kmconfig report``"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kmconfig.cli.globals import global_options
from kmconfig.cli.loading import open_project
from kmconfig.cli.options import current
from kmconfig.cli.output import require_writable, write_lines, write_text
from kmconfig.errors import ConfigurationError, KmconfigError, Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kmconfig.environment.project import Project
    from kmconfig.lint.outcome import Outcome
    from kmconfig.report.page.evidence import Evidence
    from kmconfig.report.page.model import Report

PAGE = "index.html"
#: Within so many bytes a page says whose it is.
_BEGINNING = 200


@click.command("report")
@click.option("--output", required=True, metavar="DIR", help="Write DIR/index.html; DIR is made where it is missing.")
@click.option("--secrets", metavar="FILE", help="What `kmconfig secrets --all --format json` printed.")
@click.option("--dns", metavar="FILE", help="What `kmconfig dns --all --format json` printed.")
@click.option("--drift", metavar="FILE", help="What `kmconfig drift --all --format json` printed.")
@click.option("--plan", metavar="FILE", help="What `kmconfig plan --all --format json` printed, or a saved plan.")
@click.option("--receipts", metavar="DIR", help="The folder of receipts (default: the project's state folder).")
@click.option("--force", is_flag=True, help="Replace an index.html that kmconfig did not write.")
@global_options
def command(*, output: str, receipts: str | None, force: bool, **files: str | None) -> int:
    """Write a static page: environments side by side, where each value was set, findings, and what was seen.

    One file that needs no other, runs no script and holds no secret; it asks no server. Files and folders are relative
    to the folder of -C. With the variable SOURCE_DATE_EPOCH the same input makes the same bytes. Findings do not fail
    it; exit code 65 says that an environment's files have faults, so that the page misses settings, and 3 that there
    is an index.html of somebody else.
    """
    from kmconfig.report.page.document import page  # noqa: PLC0415
    from kmconfig.report.page.gather import gather  # noqa: PLC0415

    made = _now(os.environ)
    project = open_project()
    evidence = _evidence(project, files, receipts)
    outcome = _lint(project, made)
    if not project.environments:
        raise ConfigurationError("there is no environment", help="write environments/NAME.yaml with a `tier`")
    report = gather(project, outcome, evidence, made=made)
    text = page(report)
    place = _prepare(current().folder / output, force=force)
    write_text(text, str(place))
    if current().verbosity >= 0:
        write_lines([_told(place, outcome)])
    _require_complete(project, outcome, report)
    return 0


def _now(environ: Mapping[str, str]) -> datetime:
    """The time on the page. Raises UsageError."""
    epoch = environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        remedy = "it is the number of seconds since 1970, such as 1767225600"
    raise UsageError("the variable SOURCE_DATE_EPOCH holds no time", help=remedy)


def _evidence(project: Project, files: Mapping[str, str | None], receipts: str | None) -> Evidence:
    """Everything that was given, read before anything else is done."""
    from kmconfig.cli.special_files import descriptor_of  # noqa: PLC0415
    from kmconfig.report.page.evidence import KINDS, Evidence, read_receipts, read_results  # noqa: PLC0415

    evidence = Evidence()
    for kind in KINDS:
        file = files[kind.command]
        if file is not None:
            path = current().folder / file
            evidence.results[kind.command] = read_results(path, kind)
            evidence.given[kind.command] = "a pipe" if descriptor_of(str(path)) is not None else path.name
    state = current().folder / receipts if receipts is not None else project.root / project.file.state
    if receipts is not None or os.path.isdir(state):  # noqa: PTH112 - unlike Path's, never raises
        evidence.receipts.update(read_receipts(state))
        evidence.given["receipts"] = state.name
    return evidence


def _prepare(folder: Path, *, force: bool) -> Path:
    """The file of the page, which can be written. Raises UsageError, and Refused where it is somebody else's."""
    place = folder / PAGE
    _require_ours(place, force=force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason, remedy = error.strerror, "name a folder that this user may write"
    else:
        require_writable(str(place))
        return place
    if os.path.isfile(folder):  # noqa: PTH113 - unlike Path's, never raises
        reason, remedy = f"`{folder}` is a file", f"--output names a folder, in which {PAGE} is written"
    raise UsageError(f"cannot write `{place}`: {reason}", help=remedy)


def _require_ours(place: Path, *, force: bool) -> None:
    """Raises Refused for a page of somebody else, and for a link to one even with --force."""
    if not os.path.lexists(place) or _is_ours(place):
        return
    if place.is_symlink():
        raise Refused(
            f"`{place}` is a link to what `kmconfig report` did not write, and links are not followed to such files",
            help="name another folder, or remove the link",
        )
    if not force:
        raise Refused(
            f"`{place}` was not written by `kmconfig report`", help="name another folder, or replace it with --force"
        )


def _is_ours(place: Path) -> bool:
    from kmconfig.report.page.document import MARKER  # noqa: PLC0415
    from kmconfig.source.reader import read_content  # noqa: PLC0415

    content = read_content(place)
    return isinstance(content, bytes) and MARKER.encode() in content[:_BEGINNING]


def _lint(project: Project, made: datetime) -> Outcome:
    """What `kmconfig lint` would find. All files are held in memory, since the page shows what stands in them."""
    from kmconfig.cli.lint_baseline import baseline_place  # noqa: PLC0415
    from kmconfig.cli.lint_subject import Look, Subject  # noqa: PLC0415
    from kmconfig.lint.selection import Selection  # noqa: PLC0415

    baseline = baseline_place(project, None)
    look = Look(
        subject=Subject(root=project.root, paths=()),
        today=made.date(),
        selection=Selection(),
        suppress=True,
        in_memory=True,
        baseline=baseline.read() if baseline is not None else None,
    )
    outcome, _ = look.lint(project)
    return outcome


def _require_complete(project: Project, outcome: Outcome, report: Report) -> None:
    """Raises ConfigurationError where files have faults, so that the page cannot tell everything.

    Raises KmconfigError where a rule failed itself.
    """
    from kmconfig.report.lint_text import concerned  # noqa: PLC0415

    if outcome.crashes:
        codes = ", ".join(sorted({crash.code for crash in outcome.crashes}))
        raise KmconfigError(f"the page is written, but rules failed themselves: {codes}", help="please report this")
    faulty = tuple(view.name for view in report.environments if not view.complete)
    unread = tuple(layer.document.file.path for layer in project.layers if layer.tier is None and layer.incomplete)
    own = project.file.document
    if faulty:
        fault = f"misses settings of {concerned(faulty)}, whose files have faults"
    elif unread:
        fault = f"misses what stands in {concerned(unread)}, which cannot be read"
    elif own is not None and own.problems:
        fault = "may miss something, since the project file has faults"
    else:
        return
    raise ConfigurationError(f"the page is written, and {fault}", help="`kmconfig lint` shows each with its remedy")


def _told(place: Path, outcome: Outcome) -> str:
    from kmconfig.report.lint_text import summary  # noqa: PLC0415

    return f"{place}: {summary(outcome, style=current().style())}"
