"""What `init` has written and what is left to do, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.report.escape import for_terminal
from kmconfig.report.lint_json import lint_document
from kmconfig.report.lint_text import lint_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.report.style import Style
    from kmconfig.scaffold.scaffold import Scaffold


def scaffold_document(made: Scaffold) -> dict[str, Any]:
    """What `kmconfig init --format json` prints (schema/init.v1.schema.json)."""
    return {
        "version": 1,
        "driver": made.answers.driver,
        "provider": made.answers.provider,
        "written": list(made.files),
        "kept": list(made.kept),
        "lines": [{"path": path, "text": text} for path, text in made.lines.items()],
        "steps": list(made.steps),
        "secrets": [{"reference": str(ref), "command": command} for ref, command in made.stores],
        "next": list(_commands(made)),
        "findings": lint_document(made.outcome)["findings"],
    }


def scaffold_text(made: Scaffold, *, style: Style) -> Iterator[str]:
    """The same, section by section."""
    for path in made.files:
        yield f"{style('good', 'written')} {for_terminal(path)}"
    for path in made.kept:
        yield f"{style('faint', 'kept')}    {for_terminal(path)}"
    yield from _lines(made, style)
    yield ""
    yield style("bold", f"at the provider ({made.answers.provider})")
    for step in made.steps:
        yield f"  - {for_terminal(step)}"
    yield from _secrets(made, style)
    if made.outcome.findings:
        yield ""
        yield from lint_text(made.outcome, style=style)
    yield ""
    yield style("bold", "next")
    for command in _commands(made):
        yield f"  {for_terminal(command)}"


def planned_text(made: Scaffold, *, style: Style) -> Iterator[str]:
    """What is going to be written, before anybody has agreed."""
    yield ""
    for path in made.files:
        yield f"{style('good', 'will write')} {for_terminal(path)}"
    for path in made.kept:
        yield f"{style('faint', 'will keep')}  {for_terminal(path)}"


def _lines(made: Scaffold, style: Style) -> Iterator[str]:
    for path, text in made.lines.items():
        yield ""
        yield style("bold", f"add to {for_terminal(path)}, which was there already")
        for line in text.splitlines():
            yield f"  {for_terminal(line)}"


def _secrets(made: Scaffold, style: Style) -> Iterator[str]:
    if not made.stores:
        return
    yield ""
    yield f"{style('bold', 'store the secrets')}: run each line in bash or zsh, paste the value, press Enter"
    for ref, command in made.stores:
        yield f"  {style('faint', for_terminal(f'# {ref}'))}"
        yield f"  {for_terminal(command)}"


def _commands(made: Scaffold) -> Iterator[str]:
    """What to run, in order."""
    yield "kmconfig lint"
    if "development" in made.answers.tiers:
        yield "kmconfig test development        # with Mailpit running on this machine"
    for tier in made.answers.tiers:
        if tier != "development":
            yield f"kmconfig dns {tier}"
            yield f"kmconfig plan {tier}        # once `target` in environments/{tier}.yaml is right"
    yield "git add " + " ".join(made.files)
