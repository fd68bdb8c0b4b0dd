"""``kmconfig diff``"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from kmconfig.cli.globals import global_options, result_formats
from kmconfig.cli.options import current
from kmconfig.cli.output import require_writable, write_document, write_lines
from kmconfig.environment.project import Project, find_root
from kmconfig.errors import UsageError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from kmconfig.report.permalink import Permalinks
    from kmconfig.review.git import Repository
    from kmconfig.review.model import Review
    from kmconfig.review.revisions import Revision
    from kmconfig.review.state import State

_CHANGES = 2
_INTERNAL = 70


@click.command("diff")
@click.argument("base", required=False)
@click.argument("head", required=False)
@click.option(
    "--environments",
    nargs=2,
    metavar="A B",
    help="Compare two environments of the working tree instead of two revisions.",
)
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 where something changes.")
@result_formats("text", "json", "markdown")
@global_options
def command(
    *,
    base: str | None,
    head: str | None,
    environments: tuple[str, str] | None,
    detailed_exitcode: bool,
    form: str,
    output: str | None,
) -> int:
    """Say what a change means: settings, risks and findings of each environment.

    BASE and HEAD are git revisions. By default HEAD is the working tree with all that is not committed, and BASE the
    commit at which it left the default branch, in CI the branch that the pull request is for. Nothing is checked out,
    fetched or executed, and no secret is read. `--format markdown` is a comment for the pull request.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - help needs no clock

    require_writable(output)
    today = datetime.now(tz=UTC).date()
    root = find_root(current().folder)
    if environments is None:
        repository, review = _between_revisions(root, base, head, today)
    else:
        if base is not None:
            raise UsageError(
                "--environments compares the files as they are",
                help="leave BASE and HEAD out, or compare revisions without it",
            )
        repository, review = None, _between_environments(root, *environments, today)
    _write(review, form, output, repository)
    if review.crashed:
        return _INTERNAL
    return _CHANGES if detailed_exitcode and not review.is_empty else 0


def _between_environments(root: Path, one: str, other: str, today: date) -> Review:
    from kmconfig.review.review import review_environments  # noqa: PLC0415 - brings the rules
    from kmconfig.review.state import loaded  # noqa: PLC0415

    return review_environments(loaded("working tree", Project(root)), one, other, today=today)


def _between_revisions(root: Path, base: str | None, head: str | None, today: date) -> tuple[Repository, Review]:
    from kmconfig.review.git import Repository  # noqa: PLC0415 - help needs no child processes
    from kmconfig.review.revisions import revisions  # noqa: PLC0415
    from kmconfig.review.unchanged import are_same  # noqa: PLC0415

    repository = Repository(root)
    before, after = revisions(repository, base, head, os.environ)
    if are_same(repository, before, after):
        from kmconfig.review.model import Review  # noqa: PLC0415

        return repository, Review(base=before.title, head=after.title, head_commit=after.commit)
    from kmconfig.review.review import review_states  # noqa: PLC0415 - brings the rules

    with ExitStack() as held:
        _end_as_after_ctrl_c(held)
        head_state = _state(held, repository, root, after)
        base_state = _state(held, repository, root, before)
        return repository, review_states(base_state, head_state, today=today)


def _end_as_after_ctrl_c(held: ExitStack) -> None:
    """Let a job that is cancelled leave no files behind either."""
    from kmconfig.secrets.interrupts import Terminations  # noqa: PLC0415 - only where there are files

    terminations = Terminations()
    held.callback(terminations.over)
    terminations.begin()


def _state(held: ExitStack, repository: Repository, root: Path, revision: Revision) -> State:
    from kmconfig.review.snapshot import snapshot  # noqa: PLC0415
    from kmconfig.review.state import loaded  # noqa: PLC0415

    if revision.commit is None:
        return loaded(revision.title, Project(root))
    taken = held.enter_context(snapshot(repository, revision))
    return loaded(revision.title, taken.project, commit=revision.commit, submodules=taken.submodules)


def _write(review: Review, form: str, output: str | None, repository: Repository | None) -> None:
    if form == "json":
        from kmconfig.report.diff_json import diff_document  # noqa: PLC0415 - one format is asked for

        write_document(diff_document(review), output)
    elif form == "markdown":
        from kmconfig.report.diff_markdown import diff_markdown  # noqa: PLC0415

        folder = repository.prefix if repository is not None else ""
        write_lines(diff_markdown(review, folder=folder, links=_links(review, repository)), output)
    else:
        from kmconfig.report.diff_text import diff_text  # noqa: PLC0415

        write_lines(diff_text(review, style=current().style()), output)


def _links(review: Review, repository: Repository | None) -> Permalinks | None:
    from kmconfig.report.permalink import permalinks  # noqa: PLC0415

    if repository is None:
        return None
    return permalinks(
        os.environ, remote=repository.find("config", "--get", "remote.origin.url"), commit=review.head_commit
    )
