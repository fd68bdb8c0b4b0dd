"""What every deployment starts with: the lint gate, the secrets, and the plan. Nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.deploy import journal
from kmconfig.deploy.candidates import resolve_candidate
from kmconfig.deploy.inputs import inputs_of
from kmconfig.deploy.plan import SecretPin, make_plan
from kmconfig.deploy.receipt import secret_records
from kmconfig.deploy.receipts import Receipts
from kmconfig.deploy.revision import revision
from kmconfig.deploy.work import Work
from kmconfig.errors import CheckFailed, KmconfigError, PartialOrUnknown
from kmconfig.lint.baseline import configured_baseline, read_baseline
from kmconfig.lint.engine import Outcome, lint
from kmconfig.secrets.frames import frames_cleared
from kmconfig.targets.access import Access
from kmconfig.targets.interface import NOTHING_WRITTEN
from kmconfig.targets.registry import keeper_for, reader_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.secrets.stores import Stores
    from kmconfig.targets.goal import Candidate
    from kmconfig.targets.keeping.interface import Keeper

__all__ = [
    "LintGate",
    "access_of",
    "all_clean",
    "plan_environment",
    "receipts_of",
    "require_clean",
    "resolve_candidate",
]


#: What the run itself refuses, with a code of its own and whatever the fail level is.
_REFUSED_BY_THE_RUN = frozenset(("host-not-allowed", "command-not-allowed", "reserved-directory"))
_KILLED = "an earlier run did not come to its end; the next apply brings it there"


class LintGate(CheckFailed):
    """The environment has findings at the fail level; ``outcome`` holds them."""

    def __init__(self, environment: str, outcome: Outcome) -> None:
        super().__init__(f"`{environment}` does not pass lint, so nothing was done", help="correct the findings above")
        self.outcome = outcome


def require_clean(project: Project, environment: Environment, *, today: datetime) -> None:
    """Lint one environment. Raises LintGate for findings at the project's fail level, and always for errors.

    All environments are read, since some rules compare one with its neighbours. What the baseline accepts passes.
    """
    outcome = _linted(project, today=today, only=environment.name)
    if outcome.fails(_fail_level(project)):
        raise LintGate(environment.name, outcome)


def all_clean(project: Project, *, today: datetime) -> bool:
    """Whether nothing stands in the way of any environment: for a fleet, which is linted once and not one by one."""
    return not _linted(project, today=today, only=None).fails(_fail_level(project))


def _linted(project: Project, *, today: datetime, only: str | None) -> Outcome:
    project.load()
    outcome = lint(project, today=today.date(), only=only, limit=False)
    outcome.findings = [found for found in outcome.findings if found.rule.name not in _REFUSED_BY_THE_RUN]
    if (baseline := configured_baseline(project)) is not None:
        read_baseline(*baseline).accept(outcome)
    if outcome.crashes:
        crash = outcome.crashes[0]
        raise KmconfigError(f"internal error: rule {crash.code} failed on `{crash.environment}` with {crash.detail}")
    return outcome


def _fail_level(project: Project) -> str:
    return project.file.fail_on if project.file.fail_on in ("warning", "note") else "error"


@frames_cleared()
def plan_environment(project: Project, candidate: Candidate, *, stores: Stores, now: datetime) -> Work:
    """Compare an environment with its live target. Nothing is written."""
    environment = candidate.environment
    reader = reader_for(environment, access_of(project, stores))
    receipts = receipts_of(project, environment.name)
    keeper = keeper_for(reader)
    # What a run has written that was killed stands in no receipt.
    killed = _was_killed(keeper, receipts)
    plan = make_plan(
        candidate,
        environment,
        reader,
        now=now,
        commit=revision(project, environment),
        inputs=inputs_of(project, environment),
        secrets=tuple(_pins(candidate)),
        notes=(*candidate.notes, *((_KILLED,) if killed else ())),
        formerly_ours=receipts.keys_written(reader.identity),
        written=NOTHING_WRITTEN if killed else receipts.secrets_written(reader.identity),
        owner=keeper.owner(),
    )
    return Work(
        project=project.file,
        environment=environment,
        goal=candidate,
        candidate=candidate,
        plan=plan,
        reader=reader,
        receipts=receipts,
        unfinished=killed,
    )


def _was_killed(keeper: Keeper, receipts: Receipts) -> bool:
    """Whether a run was killed before it had written down how it ended; of a journal that nobody understands, yes."""
    try:
        entry = journal.read(keeper)
    except PartialOrUnknown:
        return True
    return entry is not None and not receipts.ended(entry.run)


def _pins(candidate: Candidate) -> Iterator[SecretPin]:
    for record in secret_records(candidate):
        yield SecretPin(
            setting=record.setting,
            reference=record.reference,
            version=record.version,
            fingerprint=record.fingerprint,
        )


def access_of(project: Project, stores: Stores) -> Access:
    """How the targets of a project are reached."""
    return Access(
        root=project.root,
        state=project.root / project.file.state,
        stores=stores,
        allowed_hosts=project.file.allowed_hosts,
        environments=project.folder,
    )


def receipts_of(project: Project, environment: str) -> Receipts:
    """Where the receipts of an environment lie."""
    return Receipts(project.root / project.file.state, environment)
