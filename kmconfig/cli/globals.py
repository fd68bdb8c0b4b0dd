"""Options that every command knows, before or behind its name, and what they mean for the run."""

from __future__ import annotations

import os
import sys
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmconfig.report.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.secrets.masker import Masker


class Globals:
    """The run's folder, colour and verbosity. ``verbosity`` is 0, more with -v, -1 with -q."""

    def __init__(self, masker: Masker) -> None:
        self.masker = masker
        self.folder = Path()
        self.color = "auto"
        self.verbosity = 0

    def style(self, stream: Any = None) -> Style:
        """Colours for a stream, stdout unless told."""
        return Style(enabled=self._colored(stream or sys.stdout))

    def _colored(self, stream: Any) -> bool:
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return False
        return bool(stream.isatty())


def global_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add -C, --color, -v and -q; they end up in the context's :class:`Globals`."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return command(*args, **kwargs)

    wrapped: Callable[..., Any] = update_wrapper(wrapper, command)
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def current() -> Globals:
    """The options of the running command."""
    return _of(click.get_current_context())


def _of(context: click.Context) -> Globals:
    found: Globals = context.find_root().obj
    return found


def _set_folder(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        options = _of(context)
        folder = options.folder / value
        if not folder.is_dir():
            raise click.BadParameter(f"there is no folder `{folder}`")
        options.folder = folder


def _set_color(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        _of(context).color = value


def _louder(context: click.Context, _: click.Parameter, value: int) -> None:
    _of(context).verbosity += value


def _quiet(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        _of(context).verbosity = -1


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
