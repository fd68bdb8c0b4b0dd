"""``kmconfig schema``"""

from __future__ import annotations

import click

from kmconfig.cli.globals import global_options
from kmconfig.cli.loading import open_project
from kmconfig.cli.output import write_text
from kmconfig.environment.schemas import SCHEMA_NAMES, schema_text


@click.command("schema")
@click.argument("name", type=click.Choice(tuple(SCHEMA_NAMES)), default="environment", metavar="[NAME]")
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the schema to FILE.")
@global_options
def command(*, name: str, output: str | None) -> None:
    """Print a published JSON Schema, by default that of environment files.

    Where kmconfig.yaml says `plugins: true`, those of environment and project know the stores and targets of packages.

    NAME is environment, project, findings, show, render, init, import, diff, secrets, dns, test, plan, drift, receipt
    or history.
    """
    write_text(_text(name), output)


def _text(name: str) -> str:
    """A published schema; in a project that allows plugins, with the words that packages add to it."""
    if name not in ("environment", "project"):
        return schema_text(name)
    words = open_project().file.words
    if name not in words.schemas:
        return schema_text(name)
    import json  # noqa: PLC0415 - few projects have plugins

    return json.dumps(words.schema(name), indent=2, ensure_ascii=False) + "\n"
