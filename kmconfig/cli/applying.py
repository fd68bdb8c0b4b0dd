"""Applying one environment: the gates, the question, the run, and what is said of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from kmconfig.cli.logins import say_logins
from kmconfig.cli.options import current
from kmconfig.deploy import journal
from kmconfig.deploy.apply import Apply, Silent
from kmconfig.deploy.plan_file import require_same
from kmconfig.deploy.policy import require_policy
from kmconfig.deploy.prepare import LintGate, access_of, plan_environment, require_clean, resolve_candidate
from kmconfig.deploy.receipt import result_without_run
from kmconfig.deploy.rollback import plan_resumed
from kmconfig.deploy.undo import INTERRUPTED
from kmconfig.errors import KmconfigError, PartialOrUnknown, Refused, UsageError
from kmconfig.report.apply import StepLines, receipt_text
from kmconfig.report.lint_text import lint_text
from kmconfig.report.plan import plan_text
from kmconfig.targets.registry import keeper_for, reader_for

if TYPE_CHECKING:
    from kmconfig.cli.worst import Outcomes
    from kmconfig.deploy.options import Options
    from kmconfig.deploy.plan_file import SavedPlan
    from kmconfig.deploy.steps import Progress
    from kmconfig.deploy.work import Work
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.report.style import Style


class Applying:
    """Applies environments one by one.

    ``saved`` is a plan to be held to; ``resume`` only ends what is open; ``linted`` says that all of them are clean.
    """

    def __init__(
        self,
        project: Project,
        options: Options,
        outcomes: Outcomes,
        *,
        saved: SavedPlan | None = None,
        resume: bool = False,
        unattended: bool = False,
        linted: bool = False,
    ) -> None:
        self._project = project
        self._options = options
        self._outcomes = outcomes
        self._saved = saved
        self._resume = resume
        self._unattended = unattended
        self._linted = linted

    def with_outcomes(self, outcomes: Outcomes) -> Applying:
        """The same, that says its results elsewhere."""
        return Applying(
            self._project,
            self._options,
            outcomes,
            saved=self._saved,
            resume=self._resume,
            unattended=self._unattended,
            linted=self._linted,
        )

    def one(self, environment: Environment) -> None:
        """Apply one environment; an error ends it and is said, and lands in the results, as an interrupt does."""
        try:
            with self._outcomes.of(environment.name, refused=partial(refused_result, environment.name)):
                self._one(environment)
        except KeyboardInterrupt:
            # A run that had begun to write has said so itself, and has been undone.
            help_ = f"`kmconfig apply {environment.name} --resume` ends what it may have begun"
            reason = f"interrupted; {help_}"
            self._outcomes.add(result_without_run(environment.name, "failed", reason), INTERRUPTED)
            self._outcomes.say(f"{environment.name}: {reason}")

    def _one(self, environment: Environment) -> None:
        now = datetime.now(UTC)
        if not self._linted:
            self._require_clean(environment, now)
        require_policy(self._project.file, environment)
        work = self._resumed(environment, now) if self._resume else self._planned(environment, now)
        if work is None:
            self._outcomes.add(result_without_run(environment.name, "unchanged", "no run was left open"), 0)
            self._outcomes.say(f"{environment.name}: nothing to resume, no run was left open")
            return
        run = Apply(work, options=self._options, progress=progress_of(self._outcomes))
        for line in plan_text(work.plan, style=self._style):
            self._outcomes.say(line)
        conclude(run, self._outcomes, unattended=self._unattended)

    def _require_clean(self, environment: Environment, now: datetime) -> None:
        try:
            require_clean(self._project, environment, today=now)
        except LintGate as gate:
            for line in lint_text(gate.outcome, style=self._style):
                self._outcomes.say(line)
            raise

    def _planned(self, environment: Environment, now: datetime) -> Work:
        stores = current().stores(self._project)
        candidate = resolve_candidate(environment, stores=stores)
        say_logins(self._project, environment, self._outcomes)
        work = plan_environment(self._project, candidate, stores=stores, now=now)
        if self._saved is not None:
            if journal.read(keeper_for(work.reader)) is not None:
                raise Refused(
                    f"a run on `{work.reader.shown}` did not come to its end, so no plan is taken",
                    help=f"end it first: `kmconfig apply {environment.name} --resume`, or `kmconfig rollback` it",
                )
            require_same(self._saved, work.plan)
            return replace(work, plan=replace(work.plan, saved_as=self._saved.digest))
        return work

    def _resumed(self, environment: Environment, now: datetime) -> Work | None:
        """The work of the run that was left open, None where there is none."""
        stores = current().stores(self._project)
        entry = journal.read(keeper_for(reader_for(environment, access_of(self._project, stores))))
        if entry is None:
            return None
        if entry.back_to is None:
            return self._planned(environment, now)
        return plan_resumed(self._project, environment, entry, stores=stores, now=now)

    @property
    def _style(self) -> Style:
        return current().style(self._outcomes.stream)


def progress_of(outcomes: Outcomes) -> Progress:
    """Shows the steps of a run to people, unless they want to hear nothing."""
    verbosity, style = current().verbosity, current().style(outcomes.stream)
    return StepLines(outcomes.stream, style=style, stages=verbosity > 0) if verbosity >= 0 else Silent()


def conclude(run: Apply, outcomes: Outcomes, *, unattended: bool) -> None:
    """Ask, run if there is anything to do, and say how it ended."""
    if run.needed():
        run.require_allowed()
        if not unattended:
            _confirm(run)
        _run(run)
    else:
        run.receipt.result = "unchanged"
    outcomes.add(run.receipt.document(), run.receipt.exit_code)
    for line in receipt_text(run.receipt, style=current().style(outcomes.stream)):
        outcomes.say(line)


def refused_result(environment: str, error: KmconfigError) -> dict[str, Any]:
    """The result of an apply that never became a run."""
    return result_without_run(environment, "failed", error.sentence)


def _run(run: Apply) -> None:
    """Run, and let an error before the write end up in the receipt too."""
    try:
        run.run()
    except KmconfigError as error:
        run.receipt.result = "unknown" if isinstance(error, PartialOrUnknown) else "failed"
        run.receipt.exit_code = error.exit_code
        run.receipt.message = error.sentence


def _confirm(run: Apply) -> None:
    name, what = run.receipt.environment, run.receipt.kind
    if not sys.stdin.isatty():
        done = "applied" if what == "apply" else "rolled back"
        raise UsageError(f"`{name}` is not {done} without --yes where nobody can answer", help="add --yes")
    question = f"Apply this to {name}?" if what == "apply" else f"Roll {name} back like this?"
    if not click.confirm(question, err=True):
        raise Refused(f"`{name}` is left as it is, and nothing was changed")
