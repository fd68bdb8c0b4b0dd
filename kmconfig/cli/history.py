"""``kmconfig history``"""

from __future__ import annotations

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import open_project
from kmconfig.cli.options import current
from kmconfig.cli.output import require_writable, write_document, write_lines
from kmconfig.errors import CheckFailed, ConfigurationError


@click.command("history")
@click.argument("environment", metavar="ENV")
@click.option("--verify", is_flag=True, help="Check that no receipt was changed, put in between or taken away.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Show so many runs.")
@result_options
@global_options
def command(*, environment: str, verify: bool, limit: int, form: str, output: str | None) -> int:
    """List the runs of an environment, newest first: who applied what, when, and how it ended.

    With --verify exit code 1 says that the receipts are not what the runs have written.
    """
    from kmconfig.deploy.history import breaks  # noqa: PLC0415
    from kmconfig.deploy.prepare import receipts_of  # noqa: PLC0415
    from kmconfig.report.history import history_document, history_text, verdict_text  # noqa: PLC0415

    require_writable(output)
    project = open_project()
    receipts = receipts_of(project, environment)
    found = list(receipts.newest_first())
    if not found and receipts.head() is None and environment not in project.names():
        project.environment(environment)
        raise ConfigurationError(f"there is no environment `{environment}`")
    broken = list(breaks(receipts)) if verify else None
    if form == "json":
        write_document(history_document(environment, found, broken), output)
    else:
        style = current().style()
        lines = list(history_text(environment, found[:limit], total=len(found), style=style))
        lines += verdict_text(found, broken, style=style) if broken is not None else []
        write_lines(lines, output)
    return CheckFailed.exit_code if broken else 0
