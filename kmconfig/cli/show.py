"""``kmconfig show``"""

from __future__ import annotations

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import readable_environment
from kmconfig.cli.options import current
from kmconfig.cli.output import write_document, write_lines


@click.command("show")
@click.argument("environment", metavar="ENV")
@click.option("--origins", is_flag=True, help="Add where each value was set and what it overrides.")
@result_options
@global_options
def command(*, environment: str, origins: bool, form: str, output: str | None) -> None:
    """Show the effective settings of ENV. Secrets stand as references."""
    from kmconfig.report.show import show_document, show_text  # noqa: PLC0415

    found = readable_environment(environment)
    if form == "json":
        write_document(show_document(found, origins=origins), output)
    else:
        write_lines(show_text(found, origins=origins, style=current().style()), output)
