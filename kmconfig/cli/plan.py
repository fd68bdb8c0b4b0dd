"""``kmconfig plan``"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import names_of, open_project, readable_environments
from kmconfig.cli.options import current
from kmconfig.cli.output import require_writable, write_document, write_lines, write_text
from kmconfig.cli.worst import Outcomes
from kmconfig.errors import KmconfigError, UsageError

if TYPE_CHECKING:
    from kmconfig.deploy.plan import Plan

PENDING = 2


@click.command("plan")
@click.argument("environments", nargs=-1, metavar="ENV...")
@click.option("--all", "everything", is_flag=True, help="All environments.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
@click.option(
    "--save",
    type=click.Path(dir_okay=False, readable=False),
    metavar="FILE",
    help="Save the plan, so that `apply --plan FILE` takes it verbatim.",
)
@result_options
@global_options
def command(
    *,
    environments: tuple[str, ...],
    everything: bool,
    detailed_exitcode: bool,
    save: str | None,
    form: str,
    output: str | None,
) -> int:
    """Compare the files with the live target, and show what apply would change. Nothing is written.

    A saved plan is good for 24 hours, in production for 4, and only for what it was made from.
    """
    from kmconfig.deploy.prepare import plan_environment, resolve_candidate  # noqa: PLC0415
    from kmconfig.report.plan import plan_text  # noqa: PLC0415

    project = open_project()
    names = names_of(project, environments, everything=everything)
    if save is not None:
        _require_savable(save, len(names))
    outcomes = Outcomes(form=form)
    for environment in readable_environments(names, project, outcomes):
        with outcomes.of(environment.name):
            stores = current().stores(project)
            candidate = resolve_candidate(environment, stores=stores, purpose="plan")
            plan = plan_environment(project, candidate, stores=stores, now=datetime.now(UTC)).plan
            outcomes.add(plan.document(), PENDING if plan.operations and detailed_exitcode else 0)
            if form == "text":
                outcomes.lines += plan_text(plan, style=current().style())
            if save is not None:
                outcomes.lines += _saved(plan, save)
    if form == "json":
        write_document(outcomes.document(), output)
    else:
        write_lines(outcomes.lines, output)
    return outcomes.exit_code


def _require_savable(save: str, number: int) -> None:
    if number != 1:
        raise UsageError(f"one plan goes into a file, not {number}", help="call plan --save once for each environment")
    require_writable(save)


def _saved(plan: Plan, save: str) -> list[str]:
    """Save a plan, and say what apply will hold it to."""
    from kmconfig.deploy.plan_file import plan_bytes  # noqa: PLC0415
    from kmconfig.report.plan import saved_text  # noqa: PLC0415

    text = plan_bytes(plan).decode()
    if current().masker.mask(text) != text:
        raise KmconfigError(
            f"the plan for `{plan.environment}` holds the text of a secret, so it was not saved",
            help="a plain setting has the same value as a secret: use another one, or refer to it as a secret too",
        )
    write_text(text, save)
    return list(saved_text(plan, save, style=current().style()))
