"""``kmconfig apply``"""

from __future__ import annotations

from datetime import UTC, datetime

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import names_of, open_project, readable_environment
from kmconfig.cli.options import current
from kmconfig.cli.output import require_writable, write_document, write_lines
from kmconfig.cli.worst import Outcomes
from kmconfig.errors import UsageError

#: From here on one look at all environments takes less time than one for each.
_MANY = 4


@click.command("apply")
@click.argument("environments", nargs=-1, metavar="ENV...")
@click.option("--all", "everything", is_flag=True, help="All environments.")
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Apply a plan that `plan --save` wrote, verbatim or not at all.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Where a run was killed, bring the files' settings to their end; otherwise do nothing.",
)
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@click.option("--to", multiple=True, metavar="ADDR", help="Send the test message to ADDR instead.")
@click.option("--approve", multiple=True, metavar="GUARD", help="Approve a guard, such as host-change.")
@click.option("--no-test-send", metavar="REASON", help="Send no test message; REASON lands in the receipt.")
@click.option("--skip-promotion", metavar="REASON", help="Do without the stage before; REASON lands in the receipt.")
@click.option(
    "--retry-for",
    metavar="DURATION",
    default="2m",
    show_default=True,
    help="How long to ask a server again that puts login, recipients or test message off.",
)
@click.option(
    "--parallel",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="N",
    help="Apply up to N environments of a tier at a time, once the first one of it has succeeded; needs --yes.",
)
@click.option("--shard", metavar="I/N", help="Apply only part I of N of the environments, as jobs of a matrix do.")
@click.option("--keep-going", is_flag=True, help="Go on with the others when one fails.")
@result_options
@global_options
def command(
    *,
    environments: tuple[str, ...],
    everything: bool,
    plan_file: str | None,
    resume: bool,
    yes: bool,
    to: tuple[str, ...],
    approve: tuple[str, ...],
    no_test_send: str | None,
    skip_promotion: str | None,
    retry_for: str,
    parallel: int,
    shard: str | None,
    keep_going: bool,
    form: str,
    output: str | None,
) -> int:
    """Write the settings to the target, activate them, and prove them with one test message.

    Whatever fails after the write is undone: exit code 6 says that everything is as it was before.

    Several environments go tier by tier, one of each tier ahead of the others, and stop at the first failure. Called
    again, the command goes on where it stopped: what is in place is left alone.
    """
    from kmconfig.cli.apply_fleet import Fleet  # noqa: PLC0415
    from kmconfig.cli.applying import Applying  # noqa: PLC0415
    from kmconfig.cli.approval import known_guards, reason_of  # noqa: PLC0415
    from kmconfig.cli.signals import terminations_as_interrupts  # noqa: PLC0415
    from kmconfig.deploy.fleet import Shard, waves  # noqa: PLC0415
    from kmconfig.deploy.options import Options  # noqa: PLC0415
    from kmconfig.deploy.prepare import all_clean  # noqa: PLC0415
    from kmconfig.deploy.promotion import require_to_skip  # noqa: PLC0415

    options = Options(
        recipients=to,
        approved=known_guards(approve),
        no_test_send=reason_of("--no-test-send", no_test_send),
        skip_promotion=reason_of("--skip-promotion", skip_promotion),
        patience=_seconds(retry_for),
    )
    if parallel > 1 and not yes:
        raise UsageError("several at a time cannot ask", help="add --yes, or leave out --parallel")
    require_writable(output)
    project = open_project()
    saved = None
    if plan_file is not None:
        from kmconfig.deploy.plan_file import read_plan  # noqa: PLC0415

        saved = read_plan(current().folder / plan_file, now=datetime.now(UTC))
        environments = _planned(saved.environment, environments, everything=everything, resume=resume)
    names = names_of(project, environments, everything=everything)
    if shard is not None:
        names = Shard.parse(shard).of(names)
    chosen = [readable_environment(name, project) for name in names]
    if skip_promotion is not None and chosen:
        require_to_skip(project.file, chosen)
    outcomes = Outcomes(form=form)
    linted = len(chosen) > _MANY and all_clean(project, today=datetime.now(UTC))
    applying = Applying(project, options, outcomes, saved=saved, resume=resume, unattended=yes, linted=linted)
    fleet = Fleet(applying, outcomes, at_once=parallel, keep_going=keep_going)
    with terminations_as_interrupts():
        fleet.apply(waves(chosen, project.file.promotion, at_once=parallel))
    if form == "json":
        write_document(outcomes.document(), output)
    elif output is not None:
        write_lines(outcomes.lines, output)
    return outcomes.exit_code


def _planned(planned: str, environments: tuple[str, ...], *, everything: bool, resume: bool) -> tuple[str, ...]:
    """The environment of a plan. Raises UsageError where the command line speaks of another one."""
    if everything or resume or any(name != planned for name in environments):
        raise UsageError(f"the plan is for `{planned}` alone", help="give --plan FILE and nothing else that chooses")
    return (planned,)


def _seconds(duration: str) -> float:
    """The time to retry for; ``0`` for not at all."""
    from kmconfig.cli.durations import seconds_of  # noqa: PLC0415

    return 0.0 if duration == "0" else seconds_of("--retry-for", duration)
