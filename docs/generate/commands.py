"""The page on commands, from the commands themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from docs.generate.markdown import cell
from kmconfig.cli.app import COMMANDS, app

if TYPE_CHECKING:
    from collections.abc import Container, Iterator


def commands_page() -> Iterator[str]:
    """Every command with its arguments and options."""
    yield "# Commands"
    yield ""
    yield "Made from the commands themselves; `kmconfig COMMAND --help` shows the same."
    context = click.Context(app, info_name="kmconfig")
    common = {parameter.name for parameter in app.params}
    yield from ("", "Every command also knows:", "", *_options(app))
    for name in COMMANDS:
        command = app.get_command(context, name)
        if command is None:
            raise ValueError(f"the command `{name}` is listed and cannot be loaded")
        own = [parameter for parameter in command.params if parameter.name not in common]
        arguments = [part.make_metavar(context) for part in own if isinstance(part, click.Argument)]
        yield from ("", f"## kmconfig {' '.join((name, *arguments))}", "")
        yield from _prose(command.help or "")
        yield from _options(command, without=common)


def _options(command: click.Command, without: Container[str | None] = ()) -> Iterator[str]:
    yield "| Option | Meaning |"
    yield "|---|---|"
    for option in command.params:
        if isinstance(option, click.Option) and option.name not in without:
            yield f"| `{cell(', '.join(option.opts) + _value_of(option))}` | {cell(option.help or '')} |"


def _value_of(option: click.Option) -> str:
    if option.is_flag or option.count:
        return ""
    choices = option.type.choices if isinstance(option.type, click.Choice) else ()
    return f" {option.metavar or '|'.join(str(choice) for choice in choices)}"


def _prose(text: str) -> Iterator[str]:
    """A command's help; what click is not to wrap stays as it is written."""
    for paragraph in text.strip().split("\n\n"):
        lines = [line.strip() for line in paragraph.splitlines()]
        if lines[0] == "\b" or not lines[0]:
            yield from ("```text", *lines[1:], "```", "")
        else:
            yield from (*lines, "")
