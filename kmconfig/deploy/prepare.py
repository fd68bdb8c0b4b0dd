"""What every deployment starts with: the lint gate, the secrets, and the plan. Nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kmconfig.deploy.candidates import resolve_candidate
from kmconfig.deploy.plan import Plan, make_plan
from kmconfig.deploy.receipt import Receipts
from kmconfig.deploy.revision import revision
from kmconfig.errors import CheckFailed, KmconfigError
from kmconfig.lint.baseline import configured_baseline, read_baseline
from kmconfig.lint.engine import Outcome, lint
from kmconfig.secrets.frames import frames_cleared
from kmconfig.targets.interface import NOTHING_WRITTEN
from kmconfig.targets.keeping import Keeping
from kmconfig.targets.registry import AnyReader, reader_for

if TYPE_CHECKING:
    from datetime import datetime

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.targets.interface import Candidate

__all__ = ["LintGate", "plan_environment", "receipts_of", "require_clean", "resolve_candidate"]


class LintGate(CheckFailed):
    """The environment has findings at the fail level; ``outcome`` holds them."""

    def __init__(self, environment: str, outcome: Outcome) -> None:
        super().__init__(f"`{environment}` does not pass lint, so nothing was done", help="correct the findings above")
        self.outcome = outcome


def require_clean(project: Project, environment: Environment, *, today: datetime) -> Outcome:
    """Lint one environment. Raises LintGate for findings at the project's fail level, and always for errors.

    All environments are read, since some rules compare one with its neighbours. What the baseline accepts passes.
    """
    project.load()
    outcome = lint(project, today=today.date(), only=environment.name, limit=False)
    if (baseline := configured_baseline(project)) is not None:
        read_baseline(*baseline).accept(outcome)
    level = project.file.fail_on if project.file.fail_on in ("warning", "note") else "error"
    if outcome.crashes:
        crash = outcome.crashes[0]
        raise KmconfigError(f"internal error: rule {crash.code} failed on `{crash.environment}` with {crash.detail}")
    if outcome.fails(level):
        raise LintGate(environment.name, outcome)
    return outcome


@frames_cleared()
def plan_environment(project: Project, candidate: Candidate, *, now: datetime) -> tuple[Plan, AnyReader]:
    """Compare an environment with its live target."""
    environment = candidate.environment
    reader = reader_for(environment, project.root)
    receipts = receipts_of(project, environment.name)
    # What a run has written that was killed stands in no receipt.
    killed = Keeping(reader.path).journal.exists()
    plan = make_plan(
        candidate,
        reader,
        now=now,
        commit=revision(project.root),
        formerly_ours=receipts.keys_written(reader.identity),
        written=NOTHING_WRITTEN if killed else receipts.secrets_written(reader.identity),
    )
    if killed:
        note = "an earlier run did not come to its end; the next apply brings it there"
        plan = replace(plan, notes=(*plan.notes, note))
    return plan, reader


def receipts_of(project: Project, environment: str) -> Receipts:
    """Where the receipts of an environment lie."""
    return Receipts(project.root / project.file.state, environment)
