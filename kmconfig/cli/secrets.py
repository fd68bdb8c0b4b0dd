"""``kmconfig secrets``"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import names_of, open_project, readable_environments
from kmconfig.cli.options import current
from kmconfig.cli.output import require_writable, write_document, write_lines
from kmconfig.cli.worst import Outcomes

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.errors import KmconfigError
    from kmconfig.secrets.inventory import Inventory


@click.command("secrets")
@click.argument("environments", nargs=-1, metavar="ENV...")
@click.option("--all", "everything", is_flag=True, help="All environments.")
@click.option("--values", is_flag=True, help="Read the values too, and check their form. None is shown.")
@click.option("--strict", is_flag=True, help="Fail also where an age that counts is unknown.")
@result_options
@global_options
def command(
    *, environments: tuple[str, ...], everything: bool, values: bool, strict: bool, form: str, output: str | None
) -> int:
    """Say of every secret that environments refer to whether it is there, and how old it is.

    Only metadata is read. Exit code 1 says that a secret is missing or too old, 5 that one could not be checked.
    """
    project = open_project()
    names = names_of(project, environments, everything=everything)
    require_writable(output)
    outcomes = Outcomes(form=form)
    for environment in readable_environments(names, project, outcomes):

        def refused(error: KmconfigError, environment: Environment = environment) -> dict[str, Any]:
            return _refused(environment, error)

        with outcomes.of(environment.name, refused=refused):
            inventory = _inventory(project, environment, values=values)
            _take(outcomes, inventory, code=inventory.exit_code(strict=strict), show=form == "text")
    if form == "json":
        write_document(outcomes.document(), output)
    else:
        write_lines(outcomes.lines, output)
    return outcomes.exit_code


def _inventory(project: Project, environment: Environment, *, values: bool) -> Inventory:
    from kmconfig.report.secrets import Waiting  # noqa: PLC0415
    from kmconfig.secrets.inventory import take_inventory  # noqa: PLC0415

    waiting = Waiting(sys.stderr, quiet=current().verbosity < 0)
    try:
        return take_inventory(
            environment,
            current().stores(project),
            now=datetime.now(UTC),
            values=values,
            file=project.file,
            progress=waiting,
        )
    finally:
        waiting.over()


def _take(outcomes: Outcomes, inventory: Inventory, *, code: int, show: bool) -> None:
    """Keep the result; with -q people see only environments with something wrong."""
    from kmconfig.report.secrets import secrets_object, secrets_text  # noqa: PLC0415

    outcomes.add(secrets_object(inventory), code)
    if show and (code or current().verbosity >= 0):
        outcomes.lines += secrets_text(inventory, style=current().style())


def _refused(environment: Environment, error: KmconfigError) -> dict[str, Any]:
    from kmconfig.report.secrets import secrets_object  # noqa: PLC0415
    from kmconfig.secrets.inventory import unchecked  # noqa: PLC0415

    return secrets_object(unchecked(environment, error.message, error.help))
