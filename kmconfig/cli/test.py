"""``kmconfig test``"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import names_of, open_project, readable_environment
from kmconfig.cli.output import require_writable, write_document, write_lines
from kmconfig.cli.worst import Outcomes
from kmconfig.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.cli.test_jobs import Job
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.mail.live import LiveTest

    Maker = Callable[[Project, Environment], Job]


@click.command("test")
@click.argument("environments", nargs=-1, metavar="ENV...")
@click.option("--all", "everything", is_flag=True, help="All environments.")
@click.option(
    "--to", multiple=True, metavar="ADDR", help="Send to ADDR instead of `email.test.recipients`; may be repeated."
)
@click.option("--no-send", is_flag=True, help="Go as far as the recipients, then reset: no message.")
@click.option("--test-mode", is_flag=True, help="Let Mailgun check the message and deliver it to nobody.")
@click.option("--confirm", is_flag=True, help="Wait until the message is in the mailbox of `email.test.confirm`.")
@click.option("--within", metavar="DURATION", help="How long `--confirm` waits (default 2m).")
@click.option("--probe", is_flag=True, help="Try the provider's ports from here, without a login.")
@click.option(
    "--timeout", metavar="DURATION", help="Time for each stage, such as 10s, instead of `email.smtp.timeout`."
)
@click.option("--jobs", type=click.IntRange(1, 100), default=8, metavar="N", help="Test so many at once (default 8).")
@click.option("--approve", multiple=True, metavar="GUARD", help="Approve a guard, such as host-change.")
@result_options
@global_options
def command(
    *,
    environments: tuple[str, ...],
    everything: bool,
    to: tuple[str, ...],
    no_send: bool,
    test_mode: bool,
    confirm: bool,
    within: str | None,
    probe: bool,
    timeout: str | None,
    jobs: int,
    approve: tuple[str, ...],
    form: str,
    output: str | None,
) -> int:
    """Send a test message with the settings in the files, and show each stage as it happens.

    With -v the whole conversation is shown, without the login: `->` from here, `<-` from the server, `~>` and `<~`
    inside TLS. Exit code 1 says that the message was refused or the server could not be reached; with --confirm also
    that it did not arrive, lies in the spam folder or fails authentication, and 5 that this could not be checked.
    """
    from kmconfig.cli.test_jobs import work_off  # noqa: PLC0415
    from kmconfig.mail.live import LiveTest  # noqa: PLC0415

    if probe and (to or no_send or test_mode):
        raise UsageError("`--probe` asks no recipients", help="leave out `--to`, `--no-send` and `--test-mode`")
    if no_send and test_mode:
        raise UsageError("`--no-send` sends nothing that could be checked", help="leave one of the two out")
    wait = _wait(within, confirm=confirm, delivers=not (probe or no_send or test_mode))
    require_writable(output)
    each = _seconds(timeout)
    live = LiveTest(recipients=to, send=not no_send, timeout=each, test_mode=test_mode)
    make = _port_jobs(each) if probe else _send_jobs(live, approve, wait)
    project = open_project()
    names = names_of(project, environments, everything=everything)
    chosen = [make(project, environment) for environment in [readable_environment(name, project) for name in names]]
    outcomes = Outcomes(form=form)
    work_off(chosen, outcomes, limit=jobs)
    if form == "json":
        write_document(outcomes.document(), output)
    elif output is not None:
        write_lines(outcomes.lines, output)
    return outcomes.exit_code


def _port_jobs(timeout: float | None) -> Maker:
    from kmconfig.cli.test_ports import PortsJob  # noqa: PLC0415

    return lambda _, environment: PortsJob(environment, timeout=timeout)


def _send_jobs(live: LiveTest, approve: tuple[str, ...], wait: float | None) -> Maker:
    from kmconfig.cli.approval import known_guards  # noqa: PLC0415
    from kmconfig.cli.test_send import SendJob  # noqa: PLC0415

    approved = known_guards(approve)
    if wait is None:
        return lambda project, environment: SendJob(project, environment, live, approved=approved)
    from kmconfig.cli.test_confirm import ConfirmJob  # noqa: PLC0415

    return lambda project, environment: ConfirmJob(project, environment, live, approved=approved, within=wait)


def _wait(within: str | None, *, confirm: bool, delivers: bool) -> float | None:
    """How long to wait for the message to arrive; None where that is not asked for."""
    if within is not None and not confirm:
        raise UsageError("`--within` says how long `--confirm` waits", help="add `--confirm`, or leave it out")
    if not confirm:
        return None
    if not delivers:
        raise UsageError("`--confirm` waits for a message, and none would be sent", help="leave one of the two out")
    from kmconfig.cli.test_confirm import within_seconds  # noqa: PLC0415

    return within_seconds(within)


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    from kmconfig.cli.durations import seconds_of  # noqa: PLC0415

    return seconds_of("--timeout", text)
