"""Environments that commands can work with, or an error that says why not and holds no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.readable import require_readable
from kmconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project


def readable(project: Project, name: str) -> Environment:
    """An environment all of whose files could be read and fit the schema.

    Raises ConfigurationError with the place of the first faults, and no secret that the files hold.
    """
    environment = project.environment(name)
    try:
        return require_readable(project, environment)
    except ConfigurationError as error:
        refusal = error
    raise _without_secrets(refusal, project, environment)


def _without_secrets(error: ConfigurationError, project: Project, environment: Environment) -> ConfigurationError:
    """The same error, in which no faulty text that is a secret is quoted."""
    from kmconfig.lint.masking import without_secrets_of  # noqa: PLC0415 - only where a file is faulty

    own = project.file.document
    documents = [layer.document for layer in environment.layers] + ([own] if own is not None else [])
    return ConfigurationError(without_secrets_of(error.message, documents), help=error.help)
