"""Environments for commands that need them readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.cli.options import current
from kmconfig.environment.project import Project, find_root
from kmconfig.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from kmconfig.cli.worst import Outcomes
    from kmconfig.environment.environment import Environment


def open_project() -> Project:
    """The project around the current folder, with what packages bring where it allows that.

    Raises ConfigurationError where a package offers something that cannot be used.
    """
    project = Project(find_root(current().folder))
    if project.file.plugins:
        from kmconfig.lint.catalogue import enable_plugins  # noqa: PLC0415 - brings all rules

        enable_plugins(project.file)
    return project


def readable_environment(name: str, project: Project | None = None) -> Environment:
    """An environment all of whose files could be read and fit the schema.

    Raises ConfigurationError with the place of the first faults, and no secret that the files hold.
    """
    from kmconfig.lint.readable import readable  # noqa: PLC0415

    return readable(project or open_project(), name)


def readable_environments(names: list[str], project: Project, outcomes: Outcomes) -> list[Environment]:
    """Those of the environments that can be read. Of each other one is said why not, and its exit code counts."""
    found = []
    for name in names:
        with outcomes.of(name):
            found.append(readable_environment(name, project))
    return found


def names_of(project: Project, names: tuple[str, ...], *, everything: bool) -> list[str]:
    """The environments a command was called for, each once.

    Raises UsageError when none is named, or names stand beside ``everything``.
    """
    if everything and names:
        raise UsageError("--all and names exclude each other", help=f"leave out --all, or `{' '.join(names)}`")
    if everything:
        found = project.names_to_handle()
        if not found:
            raise ConfigurationError("there is no environment", help="write environments/NAME.yaml with a `tier`")
        return found
    if not names:
        raise UsageError(
            "name an environment, or give --all", help=f"there are: {', '.join(project.names()) or 'none'}"
        )
    return list(dict.fromkeys(names))
