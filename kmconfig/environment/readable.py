"""Whether an environment can be used at all, for whoever needs more than a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.source.problem import Problem


def require_readable(project: Project, environment: Environment) -> Environment:
    """The environment, once all of its files and the project file could be read and fit the schema.

    Raises ConfigurationError with the place of the first faults.
    """
    if project.file.document is not None and project.file.document.problems:
        raise _unreadable("the project file cannot be used", project.file.document.problems)
    problems = [problem for layer in environment.layers for problem in layer.document.problems]
    problems += environment.missing()
    if problems:
        raise _unreadable(f"environment `{environment.name}` cannot be used", problems)
    return environment


def _unreadable(message: str, problems: list[Problem]) -> ConfigurationError:
    shown = [f"{problem.span}: {problem.code} {problem.message}" for problem in problems[:5]]
    more = [f"… and {len(problems) - 5} more"] if len(problems) > 5 else []
    return ConfigurationError("\n  ".join([message, *shown, *more]), help="`kmconfig lint` shows each with its remedy")
