"""``kmconfig rules``"""

from __future__ import annotations

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.options import current
from kmconfig.cli.output import write_document, write_lines


@click.command("rules")
@result_options
@global_options
def command(*, form: str, output: str | None) -> None:
    """List all rules with their severities in production, staging and development."""
    from kmconfig.cli.loading import open_project  # noqa: PLC0415
    from kmconfig.lint.catalogue import enable_plugins, rules  # noqa: PLC0415
    from kmconfig.report.rules import rules_document, rules_text  # noqa: PLC0415

    enable_plugins(open_project().file)
    if form == "json":
        write_document(rules_document(rules()), output)
    else:
        write_lines(rules_text(rules(), style=current().style()), output)
