"""``kmconfig apply``"""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import names_of, open_project, readable_environment
from kmconfig.cli.logins import say_logins
from kmconfig.cli.options import current
from kmconfig.cli.output import require_writable, write_document, write_lines
from kmconfig.cli.worst import Outcomes
from kmconfig.errors import KmconfigError, PartialOrUnknown, Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.deploy.apply import Apply, Options
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project


@click.command("apply")
@click.argument("environments", nargs=-1, metavar="ENV...")
@click.option("--all", "everything", is_flag=True, help="All environments.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@click.option("--to", multiple=True, metavar="ADDR", help="Send the test message to ADDR instead.")
@click.option("--approve", multiple=True, metavar="GUARD", help="Approve a guard, such as host-change.")
@click.option("--no-test-send", metavar="REASON", help="Send no test message; REASON lands in the receipt.")
@result_options
@global_options
def command(
    *,
    environments: tuple[str, ...],
    everything: bool,
    yes: bool,
    to: tuple[str, ...],
    approve: tuple[str, ...],
    no_test_send: str | None,
    form: str,
    output: str | None,
) -> int:
    """Write the settings to the target, activate them, and prove them with one test message.

    Whatever fails after the write is undone: exit code 6 says that everything is as it was before.
    """
    from kmconfig.cli.approval import known_guards  # noqa: PLC0415
    from kmconfig.deploy.apply import Options  # noqa: PLC0415

    if no_test_send is not None and not no_test_send.strip():
        raise UsageError("`--no-test-send` needs a reason", help='say why: --no-test-send "mail server is down"')
    require_writable(output)
    project = open_project()
    chosen = [readable_environment(name, project) for name in names_of(project, environments, everything=everything)]
    options = Options(recipients=to, approved=known_guards(approve), no_test_send=no_test_send)
    outcomes = Outcomes(form=form)
    with _terminations_as_interrupts():
        for environment in chosen:
            with outcomes.of(environment.name, refused=partial(_refused, environment.name)):
                _apply(project, environment, options, outcomes, unattended=yes)
            if outcomes.interrupted:
                break
    if form == "json":
        write_document(outcomes.document(), output)
    elif output is not None:
        write_lines(outcomes.lines, output)
    return outcomes.exit_code


def _refused(environment: str, error: KmconfigError) -> dict[str, Any]:
    """The result of an apply that never became a run."""
    return {
        "run": "",
        "environment": environment,
        "plan_digest": "",
        "result": "failed",
        "application_verified": False,
        "steps": [],
        "message": f"{error.message}; {error.help}" if error.help else error.message,
    }


def _apply(
    project: Project, environment: Environment, options: Options, outcomes: Outcomes, *, unattended: bool
) -> None:
    from kmconfig.deploy.guards import require_policy  # noqa: PLC0415
    from kmconfig.deploy.prepare import LintGate, require_clean  # noqa: PLC0415
    from kmconfig.report.apply import receipt_text  # noqa: PLC0415
    from kmconfig.report.plan import plan_text  # noqa: PLC0415

    now = datetime.now(UTC)
    try:
        require_clean(project, environment, today=now)
    except LintGate as gate:
        _show_findings(gate, outcomes)
        raise
    require_policy(project.file, environment)
    apply = _prepare(project, environment, options, outcomes, now)
    style = current().style(outcomes.stream)
    for line in plan_text(apply.plan, environment, style=style):
        outcomes.say(line)
    if apply.needed():
        apply.require_allowed()
        if not unattended:
            _confirm(environment.name)
        _run(apply)
    else:
        apply.receipt.result = "unchanged"
    outcomes.add(apply.receipt.document(), apply.receipt.exit_code)
    for line in receipt_text(apply.receipt, style=style):
        outcomes.say(line)


def _prepare(project: Project, environment: Environment, options: Options, outcomes: Outcomes, now: datetime) -> Apply:
    from kmconfig.deploy.apply import Apply, Silent  # noqa: PLC0415
    from kmconfig.deploy.prepare import plan_environment, receipts_of, resolve_candidate  # noqa: PLC0415
    from kmconfig.report.apply import StepLines  # noqa: PLC0415

    candidate = resolve_candidate(environment, stores=current().stores(project))
    say_logins(project, environment, outcomes)
    plan, reader = plan_environment(project, candidate, now=now)
    verbosity, style = current().verbosity, current().style(outcomes.stream)
    steps = StepLines(outcomes.stream, style=style, stages=verbosity > 0) if verbosity >= 0 else Silent()
    return Apply(
        project=project.file,
        candidate=candidate,
        plan=plan,
        reader=reader,
        receipts=receipts_of(project, environment.name),
        options=options,
        progress=steps,
    )


def _run(apply: Apply) -> None:
    """Run, and let an error before the write end up in the receipt too."""
    try:
        apply.run()
    except KmconfigError as error:
        apply.receipt.result = "unknown" if isinstance(error, PartialOrUnknown) else "failed"
        apply.receipt.exit_code = error.exit_code
        apply.receipt.message = f"{error.message}; {error.help}" if error.help else error.message


def _confirm(environment: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError(f"`{environment}` is not applied without --yes where nobody can answer", help="add --yes")
    if not click.confirm(f"Apply this to {environment}?", err=True):
        raise Refused(f"`{environment}` is not applied, and nothing was changed")


def _show_findings(gate: KmconfigError, outcomes: Outcomes) -> None:
    from kmconfig.deploy.prepare import LintGate  # noqa: PLC0415
    from kmconfig.report.lint_text import lint_text  # noqa: PLC0415

    if isinstance(gate, LintGate):
        for line in lint_text(gate.outcome, style=current().style(outcomes.stream)):
            outcomes.say(line)


@contextmanager
def _terminations_as_interrupts() -> Iterator[None]:
    """A cancelled pipeline sends SIGTERM, a closed terminal SIGHUP: treat both as Ctrl-C, so that a run is undone."""

    def interrupt(number: int, frame: object) -> None:  # noqa: ARG001 - a signal handler
        raise KeyboardInterrupt

    # `nohup` has SIGHUP ignored, and means it.
    numbers = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
