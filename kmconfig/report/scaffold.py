"""What `init` has written and what is left to do, for people and for machines."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from kmconfig.report.escape import for_terminal
from kmconfig.report.initial_secrets import Pasting, store_command, storing_text
from kmconfig.report.lint_json import lint_document
from kmconfig.report.lint_text import lint_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.report.style import Style
    from kmconfig.scaffold.scaffold import Scaffold


def scaffold_document(made: Scaffold, *, elsewhere: str | None) -> dict[str, Any]:
    """What `kmconfig init --format json` prints (schema/init.v1.schema.json).

    ``elsewhere`` is the root, where that is not the folder in which people work.
    """
    return {
        "version": 1,
        "driver": made.answers.driver,
        "provider": made.answers.provider,
        "written": list(made.files),
        "kept": list(made.kept),
        "lines": [{"path": path, "text": text} for path, text in made.lines.items()],
        "steps": list(made.steps),
        "secrets": [{"reference": pasting.what, "command": pasting.command} for pasting in _pastings(made)],
        "next": list(_commands(made, elsewhere)),
        "findings": lint_document(made.outcome)["findings"],
    }


def scaffold_text(made: Scaffold, *, elsewhere: str | None, style: Style) -> Iterator[str]:
    """The same, section by section."""
    yield from _root(elsewhere, style)
    if not made.files:
        yield "nothing is written: everything was there already"
    for path in made.files:
        yield f"{style('good', 'written')} {for_terminal(path)}"
    for path in made.kept:
        yield f"{style('faint', 'kept')}    {for_terminal(path)}"
    yield from _lines(made, style)
    if made.steps:
        yield ""
        yield style("bold", f"at the provider ({made.answers.provider})")
    for step in made.steps:
        yield f"  - {for_terminal(step)}"
    yield from storing_text(_pastings(made), style=style)
    if made.outcome.findings:
        yield ""
        yield from lint_text(made.outcome, style=style)
    yield ""
    yield style("bold", "next")
    for command in _commands(made, elsewhere):
        yield f"  {for_terminal(command)}"


def planned_text(made: Scaffold, *, elsewhere: str | None, style: Style) -> Iterator[str]:
    """What is going to be written, before anybody has agreed."""
    yield ""
    yield from _root(elsewhere, style)
    for path in made.files:
        yield f"{style('good', 'will write')} {for_terminal(path)}"
    for path in made.kept:
        yield f"{style('faint', 'will keep')}  {for_terminal(path)}"


def _root(elsewhere: str | None, style: Style) -> Iterator[str]:
    if elsewhere is not None:
        about = f"{for_terminal(elsewhere)}, the folder of the project, which is not this one"
        yield f"{style('warning', 'root')}    {about}"


def _lines(made: Scaffold, style: Style) -> Iterator[str]:
    for path, text in made.lines.items():
        yield ""
        yield style("bold", f"add to {for_terminal(path)}, which was there already")
        for line in text.splitlines():
            yield f"  {for_terminal(line)}"


def _pastings(made: Scaffold) -> Iterator[Pasting]:
    """The secrets, which are what providers give out: passwords and keys of one line."""
    paths: set[str] = set()
    for ref in made.secrets:
        yield Pasting(str(ref), store_command(ref, first=ref.name not in paths))
        paths.add(ref.name)


def _commands(made: Scaffold, elsewhere: str | None) -> Iterator[str]:
    """What to run, in order."""
    yield "kmconfig lint"
    if "development" in made.answers.tiers:
        yield "kmconfig test development        # with Mailpit running on this machine"
    for tier in made.answers.tiers:
        if tier != "development":
            yield f"kmconfig dns {tier}"
            yield f"kmconfig plan {tier}        # once `target` in environments/{tier}.yaml is right"
    if made.files:
        there = f"-C {shlex.quote(elsewhere)} " if elsewhere is not None else ""
        if not made.versioned:
            yield f"git {there}init"
        yield f"git {there}add {' '.join(made.files)}"
