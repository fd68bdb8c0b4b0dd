"""``kmconfig schema``"""

from __future__ import annotations

import click

from kmconfig.cli.globals import global_options
from kmconfig.cli.output import write_text
from kmconfig.environment.schemas import SCHEMA_NAMES, schema_text


@click.command("schema")
@click.argument("name", type=click.Choice(tuple(SCHEMA_NAMES)), default="environment", metavar="[NAME]")
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the schema to FILE.")
@global_options
def command(*, name: str, output: str | None) -> None:
    """Print a published JSON Schema, by default that of environment files.

    NAME is environment, project, findings, show, render, init, import, diff, secrets, dns, test, plan, drift, receipt
    or history.
    """
    write_text(schema_text(name), output)
