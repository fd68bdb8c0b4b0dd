"""Environments for commands that need them readable."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kmconfig.cli.globals import current
from kmconfig.environment.project import Project, find_root
from kmconfig.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.source.problem import Problem


def open_project() -> Project:
    """The project around the current folder. A broken project file is an error, since it holds the policy."""
    project = Project(find_root(current().folder))
    if project.file.document is not None and project.file.document.problems:
        raise _unreadable("the project file cannot be used", project.file.document.problems)
    return project


def readable_environment(name: str, project: Project | None = None) -> Environment:
    """An environment all of whose files could be read and fit the schema.

    Raises:
        ConfigurationError: with the place of the first faults.
    """
    project = project or open_project()
    environment = project.environment(name)
    problems = [problem for layer in environment.layers for problem in layer.document.problems]
    problems += environment.missing()
    if problems:
        raise _unreadable(f"environment `{name}` cannot be used", problems)
    return environment


def names_of(project: Project, names: tuple[str, ...], *, everything: bool) -> list[str]:
    """The environments a command was called for, each once.

    Raises UsageError when none is named.
    """
    if everything:
        found = project.names()
        if not found:
            raise ConfigurationError("there is no environment", help="write environments/NAME.yaml with a `tier`")
        return found
    if not names:
        raise UsageError(
            "name an environment, or give --all", help=f"there are: {', '.join(project.names()) or 'none'}"
        )
    return list(dict.fromkeys(names))


def _unreadable(message: str, problems: list[Problem]) -> ConfigurationError:
    shown = [f"{problem.span}: {problem.code} {problem.message}" for problem in problems[:5]]
    more = [f"… and {len(problems) - 5} more"] if len(problems) > 5 else []
    return ConfigurationError("\n  ".join([message, *shown, *more]), help="`kmconfig lint` shows each with its remedy")


def say(text: str) -> None:
    """Tell people something beside the result, on stderr, unless they asked for quiet."""
    if current().verbosity >= 0:
        print(text, file=sys.stderr)
