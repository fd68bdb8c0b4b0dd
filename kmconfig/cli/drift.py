"""``kmconfig drift``"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import names_of, open_project, readable_environments
from kmconfig.cli.options import current
from kmconfig.cli.output import require_writable, write_document, write_lines
from kmconfig.cli.worst import Outcomes
from kmconfig.errors import CouldNotCheck

if TYPE_CHECKING:
    from kmconfig.deploy.drift import Drift
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project

_CODES = {"clean": 0, "drift": 2, "unknown": CouldNotCheck.exit_code}


@click.command("drift")
@click.argument("environments", nargs=-1, metavar="ENV...")
@click.option("--all", "everything", is_flag=True, help="All environments.")
@result_options
@global_options
def command(*, environments: tuple[str, ...], everything: bool, form: str, output: str | None) -> int:
    """Say whether live targets still hold what was applied, and who has changed what.

    \b
    external        somebody has changed the target
    unapplied       the files changed, and nobody has applied them
    secret-rotated  the store has a new secret, and the target still holds the old one
    unreadable      nobody could look

    Exit code 2 stands for drift, 5 for what could not be looked at,
    and for a run that did not come to its end. Nothing is written, and nothing healed: `kmconfig
    plan` and `apply` do that. What is accepted for a while stands under `drift.ignore` in kmconfig.yaml.
    """
    from kmconfig.report.drift import drift_text  # noqa: PLC0415

    require_writable(output)
    project = open_project()
    names = names_of(project, environments, everything=everything)
    outcomes = Outcomes(form=form)
    for environment in readable_environments(names, project, outcomes):
        with outcomes.of(environment.name):
            drift = _drift(project, environment)
            outcomes.add(drift.document(), _CODES[drift.result])
            outcomes.lines += drift_text(drift, style=current().style())
    if form == "json":
        write_document(outcomes.document(), output)
    else:
        write_lines(outcomes.lines, output)
    return outcomes.exit_code


def _drift(project: Project, environment: Environment) -> Drift:
    from kmconfig.deploy.drift import drift_of, unreadable  # noqa: PLC0415
    from kmconfig.deploy.prepare import plan_environment, resolve_candidate  # noqa: PLC0415

    stores, now = current().stores(project), datetime.now(UTC)
    try:
        candidate = resolve_candidate(environment, stores=stores, purpose="plan")
        work = plan_environment(project, candidate, stores=stores, now=now)
    except CouldNotCheck as error:
        return unreadable(environment.name, error.sentence)
    return drift_of(work, today=now.date())
