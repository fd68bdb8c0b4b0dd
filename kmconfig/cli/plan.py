"""``kmconfig plan``"""

from __future__ import annotations

from datetime import UTC, datetime

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import names_of, open_project, readable_environment
from kmconfig.cli.options import current
from kmconfig.cli.output import write_document, write_lines
from kmconfig.cli.worst import Outcomes

PENDING = 2


@click.command("plan")
@click.argument("environments", nargs=-1, metavar="ENV...")
@click.option("--all", "everything", is_flag=True, help="All environments.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
@result_options
@global_options
def command(
    *, environments: tuple[str, ...], everything: bool, detailed_exitcode: bool, form: str, output: str | None
) -> int:
    """Compare the files with the live target, and show what apply would change. Nothing is written."""
    from kmconfig.deploy.prepare import plan_environment, resolve_candidate  # noqa: PLC0415
    from kmconfig.report.plan import plan_text  # noqa: PLC0415

    project = open_project()
    chosen = [readable_environment(name, project) for name in names_of(project, environments, everything=everything)]
    outcomes = Outcomes(form=form)
    for environment in chosen:
        with outcomes.of(environment.name):
            candidate = resolve_candidate(environment, stores=current().stores(project), purpose="plan")
            plan, _ = plan_environment(project, candidate, now=datetime.now(UTC))
            outcomes.add(plan.document(), PENDING if plan.operations and detailed_exitcode else 0)
            if form == "text":
                outcomes.lines += plan_text(plan, environment, style=current().style())
    if form == "json":
        write_document(outcomes.document(), output)
    else:
        write_lines(outcomes.lines, output)
    return outcomes.exit_code
