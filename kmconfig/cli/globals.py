"""How the options that several commands share are written on a command line, before or behind a command's name."""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Any

import click

from kmconfig.cli.options import current

if TYPE_CHECKING:
    from collections.abc import Callable


def global_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add -C, --color, -v and -q; they end up in :func:`current`."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return command(*args, **kwargs)

    wrapped: Callable[..., Any] = update_wrapper(wrapper, command)
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def result_formats(*formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What adds --format, with the first of ``formats`` as the default, and --output."""
    choice = click.Choice(formats)
    option = click.option("--format", "form", type=choice, default=formats[0], help="How to print the result.")

    def added(command: Callable[..., Any]) -> Callable[..., Any]:
        return option(_OUTPUT(command))

    return added


_OUTPUT = click.option(
    "--output",
    type=click.Path(dir_okay=False, readable=False),
    metavar="FILE",
    help="Write the result to FILE instead of stdout.",
)

result_options = result_formats("text", "json")
"""Adds --format and --output to a command that prints a result."""


def _set_folder(_context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        options = current()
        folder = options.folder / value
        if not folder.is_dir():
            raise click.BadParameter(f"there is no folder `{folder}`")
        options.folder = folder.absolute()


def _set_color(_context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        current().color = value


def _louder(_context: click.Context, _: click.Parameter, value: int) -> None:
    current().verbosity += value


def _quiet(_context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        current().verbosity = -1


_OPTIONS = (
    click.option(
        "-C",
        "folder",
        metavar="DIR",
        type=click.Path(),
        expose_value=False,
        callback=_set_folder,
        help="Run as if started in DIR.",
    ),
    click.option(
        "--color",
        type=click.Choice(("auto", "always", "never")),
        expose_value=False,
        callback=_set_color,
        help="Colour the output (NO_COLOR is respected).",
    ),
    click.option("-v", "--verbose", count=True, expose_value=False, callback=_louder, help="Say more."),
    click.option("-q", "--quiet", is_flag=True, expose_value=False, callback=_quiet, help="Say only what is wrong."),
)
