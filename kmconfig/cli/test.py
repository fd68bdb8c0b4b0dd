"""``kmconfig test``"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import names_of, open_project, readable_environment
from kmconfig.cli.logins import say_logins
from kmconfig.cli.options import current
from kmconfig.cli.output import write_document, write_lines
from kmconfig.cli.worst import Outcomes
from kmconfig.errors import UsageError

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.errors import KmconfigError


@click.command("test")
@click.argument("environments", nargs=-1, metavar="ENV...")
@click.option("--all", "everything", is_flag=True, help="All environments.")
@click.option("--to", multiple=True, metavar="ADDR", help="Send to ADDR instead of `email.test.recipients`.")
@click.option("--no-send", is_flag=True, help="Go as far as the recipients, then reset: no message.")
@click.option(
    "--timeout", metavar="DURATION", help="Time for each stage, such as 10s, instead of `email.smtp.timeout`."
)
@click.option("--approve", multiple=True, metavar="GUARD", help="Approve a guard, such as host-change.")
@result_options
@global_options
def command(
    *,
    environments: tuple[str, ...],
    everything: bool,
    to: tuple[str, ...],
    no_send: bool,
    timeout: str | None,
    approve: tuple[str, ...],
    form: str,
    output: str | None,
) -> int:
    """Send a test message with the settings in the files, and show each stage as it happens.

    Exit code 1 says that the message was refused or the server could not be reached.
    """
    from kmconfig.cli.approval import known_guards  # noqa: PLC0415
    from kmconfig.mail.live import LiveTest  # noqa: PLC0415

    project = open_project()
    chosen = [readable_environment(name, project) for name in names_of(project, environments, everything=everything)]
    approved = known_guards(approve)
    live = LiveTest(recipients=to, send=not no_send, timeout=_seconds(timeout))
    outcomes = Outcomes(form=form)
    for environment in chosen:
        with outcomes.of(environment.name, refused=partial(_refused, environment)):
            _test(project, environment, live, approved, outcomes)
    if form == "json":
        write_document(outcomes.document(), output)
    elif output is not None:
        write_lines(outcomes.lines, output)
    return outcomes.exit_code


def _refused(environment: Environment, error: KmconfigError) -> dict[str, Any]:
    """The result of a test that was not tried."""
    remedies = [error.help] if error.help else []
    return {
        "environment": environment.name,
        "driver": environment.email.driver.data,
        "ok": False,
        "test_id": None,
        "message_id": None,
        "recipients": [],
        "stages": [],
        "diagnosis": {"stage": "before", "symptom": error.message, "cause": error.message, "remedies": remedies},
        "confirmation": None,
    }


def _test(project: Project, environment: Environment, live: Any, approved: tuple[str, ...], outcomes: Outcomes) -> None:
    from kmconfig.deploy.guards import login_gate, require_approved, require_policy  # noqa: PLC0415
    from kmconfig.deploy.live_host import live_host_guards  # noqa: PLC0415
    from kmconfig.deploy.prepare import resolve_candidate  # noqa: PLC0415
    from kmconfig.report.mail import diagnosis_lines, diagnosis_object, test_object  # noqa: PLC0415

    require_policy(project.file, environment)
    live.require_possible(environment)
    require_approved(live_host_guards(project, environment), approved)
    candidate = resolve_candidate(environment, stores=current().stores(project.root), purpose="test")
    style = current().style()
    say_logins(project, environment, outcomes)
    outcomes.say(f"{style('bold', environment.name)}: {live.describe(environment, candidate.secrets)}")
    tested = live.run(
        environment, candidate.secrets, progress=outcomes.stages(), authorize=login_gate(project.file, environment)
    )
    result = tested.result
    outcomes.add(
        test_object(
            environment=environment.name,
            driver=environment.email.driver.data,
            recipients=tested.recipients,
            result=result,
            test_id=tested.test_id,
            message_id=tested.message_id,
        ),
        0 if result.ok else 1,
    )
    found = diagnosis_object(result.diagnosis or result.main_port)
    if found is not None:
        for line in diagnosis_lines(found, style=style):
            outcomes.say(line)
    outcomes.say(f"  {style('good', 'ok')}: {tested.sentence}" if result.ok else f"  {style('bad', 'failed')}")


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    import re  # noqa: PLC0415

    from kmconfig.mail.account import seconds  # noqa: PLC0415

    if not re.fullmatch(r"[1-9][0-9]{0,5}[smhd]?", text):
        raise UsageError(f"`--timeout {text}` is no duration", help="write it as 10s or 2m")
    return float(text) if text.isdigit() else seconds(text)
