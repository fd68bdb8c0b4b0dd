"""``kmconfig explain``"""

from __future__ import annotations

import click

from kmconfig.cli.globals import current, global_options
from kmconfig.cli.output import result_options, write_document, write_lines
from kmconfig.errors import UsageError


@click.command("explain")
@click.argument("rule", metavar="RULE")
@result_options
@global_options
def command(*, rule: str, form: str, output: str | None) -> None:
    """Show the manual of RULE, a code such as KM201 or a name such as port-encryption-mismatch."""
    from kmconfig.lint.catalogue import find_rule, nearest  # noqa: PLC0415
    from kmconfig.report.rules import explain_text, rule_entry  # noqa: PLC0415

    found = find_rule(rule)
    if found is None:
        guess = nearest(rule)
        remedy = f"did you mean `{guess}`?" if guess else "`kmconfig rules` lists all rules"
        raise UsageError(f"there is no rule `{rule}`", help=remedy)
    if form == "json":
        write_document({"version": 1, **rule_entry(found), "manual": found.manual}, output)
    else:
        write_lines(explain_text(found, style=current().style()), output)
