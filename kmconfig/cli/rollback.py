"""``kmconfig rollback``"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import open_project, readable_environment
from kmconfig.cli.options import current
from kmconfig.cli.output import require_writable, write_document, write_lines
from kmconfig.cli.worst import Outcomes


@click.command("rollback")
@click.argument("environment", metavar="ENV")
@click.option("--to", "to_run", metavar="RUN", help="Go back to what RUN left; without it the last run is taken back.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@click.option("--approve", multiple=True, metavar="GUARD", help="Approve a guard, such as host-change.")
@click.option("--no-test-send", metavar="REASON", help="Send no test message; REASON lands in the receipt.")
@result_options
@global_options
def command(
    *,
    environment: str,
    to_run: str | None,
    yes: bool,
    approve: tuple[str, ...],
    no_test_send: str | None,
    form: str,
    output: str | None,
) -> int:
    """Bring back what the target held before a run, key by key, as a plan of its own.

    The plan is shown, guarded, locked, verified and recorded like that of an apply. It is refused where the target
    no longer holds what the last run left. Five snapshots are kept. A run that was killed is taken back first.
    """
    from kmconfig.cli.applying import conclude, progress_of, refused_result  # noqa: PLC0415
    from kmconfig.cli.approval import known_guards, reason_of  # noqa: PLC0415
    from kmconfig.cli.signals import terminations_as_interrupts  # noqa: PLC0415
    from kmconfig.deploy.apply import Apply  # noqa: PLC0415
    from kmconfig.deploy.options import Options  # noqa: PLC0415
    from kmconfig.deploy.policy import require_policy  # noqa: PLC0415
    from kmconfig.deploy.rollback import plan_rollback  # noqa: PLC0415
    from kmconfig.report.plan import plan_text  # noqa: PLC0415

    options = Options(approved=known_guards(approve), no_test_send=reason_of("--no-test-send", no_test_send))
    require_writable(output)
    project = open_project()
    found = readable_environment(environment, project)
    outcomes = Outcomes(form=form)
    with terminations_as_interrupts(), outcomes.of(found.name, refused=partial(refused_result, found.name)):
        require_policy(project.file, found)
        stores = current().stores(project)
        work = plan_rollback(project, found, stores=stores, now=datetime.now(UTC), to=to_run)
        run = Apply(work, options=options, progress=progress_of(outcomes))
        for line in plan_text(work.plan, style=current().style(outcomes.stream)):
            outcomes.say(line)
        conclude(run, outcomes, unattended=yes)
    if form == "json":
        write_document(outcomes.document(), output)
    elif output is not None:
        write_lines(outcomes.lines, output)
    return outcomes.exit_code
