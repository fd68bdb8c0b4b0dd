"""What every deployment starts with: the lint gate, the secrets, and the plan. Nothing is written."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from kmconfig.deploy.plan import Plan, make_plan
from kmconfig.deploy.receipt import Receipts
from kmconfig.deploy.revision import revision
from kmconfig.errors import CheckFailed, CouldNotCheck, KmconfigError, UsageError
from kmconfig.lint.baseline import configured_baseline, read_baseline
from kmconfig.lint.engine import Outcome, lint
from kmconfig.mail.account import secret_references
from kmconfig.secrets.resolve import resolve
from kmconfig.secrets.store import ResolveContext
from kmconfig.targets.interface import Candidate
from kmconfig.targets.keeping import Keeping
from kmconfig.targets.registry import AnyReader, reader_for

if TYPE_CHECKING:
    from datetime import datetime

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.secrets.masker import Masker


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


def resolve_candidate(project: Project, environment: Environment, *, masker: Masker) -> Candidate:
    """Read the secrets of an environment.

    Raises:
        CouldNotCheck: naming every reference that gave none.
        UsageError: a store is not available yet.
    """
    context = ResolveContext(root=project.root, environ=os.environ, tier=environment.tier)
    resolved = resolve(secret_references(environment), context=context, masker=masker)
    if resolved.problems:
        reasons = "; ".join(problem.message for problem in resolved.problems)
        helps = [problem.help for problem in resolved.problems if problem.help]
        later = any(problem.kind == "not_available" for problem in resolved.problems)
        kind = UsageError if later else CouldNotCheck
        raise kind(f"`{environment.name}`: {reasons}", help="; ".join(dict.fromkeys(helps)) or None)
    return Candidate(environment=environment, secrets=resolved.secrets)


def plan_environment(project: Project, candidate: Candidate, *, now: datetime) -> tuple[Plan, AnyReader]:
    """Compare an environment with its live target."""
    environment = candidate.environment
    reader = reader_for(environment, project.root)
    receipts = receipts_of(project, environment.name)
    plan = make_plan(
        candidate,
        reader,
        now=now,
        commit=revision(project.root),
        formerly_ours=receipts.keys_written(reader.identity),
    )
    if Keeping(reader.path).journal.exists():
        note = "an earlier run did not come to its end; the next apply brings it there"
        plan = replace(plan, notes=(*plan.notes, note))
    return plan, reader


def receipts_of(project: Project, environment: str) -> Receipts:
    """Where the receipts of an environment lie."""
    return Receipts(project.root / project.file.state, environment)
