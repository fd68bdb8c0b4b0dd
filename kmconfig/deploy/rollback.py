"""Rollback: back to what a target held before a run, as a plan of its own.

It goes back key by key: what others have changed in the target meanwhile stays. It is refused where what runs of ours
have written is no longer there, for then somebody has decided otherwise since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, TypeGuard

from kmconfig.deploy import journal
from kmconfig.deploy.drift import drift_of
from kmconfig.deploy.earlier_settings import UNKNOWN_SETTINGS, earlier_candidate, earlier_environment
from kmconfig.deploy.inputs import inputs_of
from kmconfig.deploy.plan import make_plan
from kmconfig.deploy.prepare import access_of, plan_environment, receipts_of, resolve_candidate
from kmconfig.deploy.revision import revision
from kmconfig.deploy.work import Work
from kmconfig.errors import CouldNotCheck, Refused, UsageError
from kmconfig.secrets.frames import frames_cleared
from kmconfig.targets.goal import Candidate, Earlier
from kmconfig.targets.registry import keeper_for, reader_for

if TYPE_CHECKING:
    from datetime import datetime

    from kmconfig.deploy.plan import Plan
    from kmconfig.deploy.receipts import Receipts, Stored
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.secrets.stores import Stores
    from kmconfig.targets.interface import Reader
    from kmconfig.targets.keeping.interface import Keeper

_FILES_SAY_OTHERWISE = "the files still say what is taken back: revert them too, or the next apply brings it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """Where a rollback goes: the goal, the receipt of the state that comes back, and that of the state that goes.

    Both are None where no receipt of ours tells.
    """

    goal: Earlier
    returning: Stored | None
    leaving: Stored | None


#: Guards that ask whether a change is meant, which is what calling for a rollback says.
_MEANT = frozenset(("required-removal",))


@frames_cleared()
def plan_rollback(
    project: Project, environment: Environment, *, stores: Stores, now: datetime, to: str | None = None
) -> Work:
    """Compare what a target held earlier with what it holds. Nothing is written.

    Without ``to`` the last run is taken back, or one that was killed; with it all runs after that one are.

    Raises:
        UsageError: there is no such run, or none at all.
        CouldNotCheck: its snapshot is not kept any more, or the target cannot be read.
        Refused: the target no longer holds what the last run left.
    """
    place = _Place.of(project, environment, stores)
    way = _way(place.receipts, place.keeper, place.reader.identity, to)
    work = place.work(way, now=now)
    if way.leaving is not None and work.plan.operations and way.leaving.text("left") != work.plan.base:
        _require_untouched(way.leaving, work.plan, place.reader)
        _require_same_secrets(way.leaving, work.plan, place, now=now)
    return work


@frames_cleared()
def plan_resumed(
    project: Project, environment: Environment, entry: journal.Entry, *, stores: Stores, now: datetime
) -> Work:
    """The plan of a rollback that was killed, made again: to what it was going back to.

    Raises as :func:`plan_rollback` does.
    """
    if entry.back_to is None:
        raise ValueError("only a rollback goes back to something")
    place = _Place.of(project, environment, stores)
    # The run that was to be taken back has a receipt, or was killed as well: then both share one snapshot.
    known = next((found for found in place.receipts.newest_first() if found.run == entry.back_to), None)
    name = (_trusted(known).text("snapshot") if known is not None else None) or entry.snapshot
    goal = Earlier(run=entry.back_to, snapshot=place.keeper.kept(name), keys=frozenset(entry.keys))
    return place.work(_Way(goal=goal, returning=None, leaving=None), now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a rollback happens."""

    project: Project
    environment: Environment
    reader: Reader
    receipts: Receipts
    keeper: Keeper
    stores: Stores

    @classmethod
    def of(cls, project: Project, environment: Environment, stores: Stores) -> Self:
        """The place of an environment."""
        reader = reader_for(environment, access_of(project, stores))
        return cls(
            project=project,
            environment=environment,
            reader=reader,
            receipts=receipts_of(project, environment.name),
            keeper=keeper_for(reader),
            stores=stores,
        )

    def work(self, way: _Way, *, now: datetime) -> Work:
        """Plan a way back."""
        plan = make_plan(
            way.goal,
            self.environment,
            self.reader,
            now=now,
            commit=revision(self.project, self.environment),
            inputs=inputs_of(self.project, self.environment),
            notes=(_FILES_SAY_OTHERWISE,),
            owner=self.keeper.owner(),
            back_to=way.goal.run,
        )
        earlier = self._earlier(way, plan)
        return Work(
            project=self.project.file,
            environment=self.environment,
            goal=way.goal,
            candidate=earlier if isinstance(earlier, Candidate) else None,
            plan=replace(plan, guards=tuple(guard for guard in plan.guards if guard.name not in _MEANT)),
            reader=self.reader,
            receipts=self.receipts,
            untried=earlier if isinstance(earlier, str) else "",
        )

    def _earlier(self, way: _Way, plan: Plan) -> Candidate | str:
        """The settings that come back, or why they cannot be tried."""
        returning = way.returning if way.returning is not None and _holds_what(way.returning, plan) else None
        settings = earlier_environment(self.project, self.environment, returning)
        if settings is None:
            return UNKNOWN_SETTINGS
        return earlier_candidate(settings, way.goal, plan, reader=self.reader, stores=self.stores)


def _way(receipts: Receipts, keeper: Keeper, target: str, to: str | None) -> _Way:
    entry = journal.read(keeper)
    applied = list(receipts.changing(target))
    if entry is not None and to is None:
        goal = Earlier(run=entry.run, snapshot=keeper.kept(entry.snapshot), keys=frozenset(entry.keys))
        return _Way(goal=goal, returning=_intact(applied[:1]), leaving=None)
    if entry is not None:
        raise Refused(
            f"run {entry.run} did not come to its end, so no other can be gone back to",
            help="`kmconfig apply ENV --resume` or `kmconfig rollback ENV` ends it first",
        )
    if not applied:
        raise UsageError(
            f"no run has written to {target} that could be taken back", help="`kmconfig history ENV` lists all runs"
        )
    undone = [_trusted(receipt) for receipt in _undone(applied, to)]
    first = undone[-1]
    name = first.text("snapshot")
    if name is None:
        raise CouldNotCheck(f"the receipt of run {first.run} names no snapshot", help="apply the earlier files instead")
    keys = frozenset(key for receipt in undone for key in receipt.items("keys") + _operated(receipt))
    goal = Earlier(run=first.run, snapshot=_kept(keeper, name, first.run), keys=keys)
    position = applied.index(first)
    return _Way(goal=goal, returning=_intact(applied[position + 1 : position + 2]), leaving=applied[0])


def _intact(found: list[Stored]) -> Stored | None:
    """The receipt that was found, unless somebody has changed it: it could name a server for our logins."""
    return next((receipt for receipt in found if receipt.intact), None)


def _trusted(receipt: Stored) -> Stored:
    """The same receipt. Raises Refused where somebody has changed it."""
    if not receipt.intact:
        raise Refused(
            f"the receipt of run {receipt.run} was changed after it was written, so nothing is taken back by it",
            help="`kmconfig history ENV --verify` shows more; to go back, revert the files in git and apply them",
        )
    return receipt


def _undone(applied: list[Stored], to: str | None) -> list[Stored]:
    """The runs that are taken back, newest first."""
    if to is None:
        return applied[:1]
    runs = [found.run for found in applied]
    if to not in runs:
        raise UsageError(f"there is no run `{to}` that was applied", help=f"there are: {', '.join(runs[:5])}")
    if to == runs[0]:
        raise UsageError(f"run {to} is the last one, so its settings are in place", help="name an earlier run")
    return applied[: runs.index(to)]


def _operated(receipt: Stored) -> list[str]:
    """The keys that a run has changed, those among them that it took away."""
    return [op["key"] for op in receipt.items("operations") if isinstance(op, dict) and isinstance(op.get("key"), str)]


def _kept(keeper: Keeper, name: str, run: str) -> bytes | None:
    try:
        return keeper.kept(name)
    except CouldNotCheck as error:
        raise CouldNotCheck(
            f"what was there before run {run} is not kept any more: {error.message}",
            help="five snapshots are kept; go back by reverting the files in git and applying them",
        ) from None


def _holds_what(returning: Stored, plan: Plan) -> bool:
    """Whether what comes back is what that run left: somebody may have changed it before it was kept."""
    left = {key: entry.get("text") for key, entry in returning.entries("kept").items() if _is_plain(entry)}
    back = {key: kept.text for key, kept in plan.kept.items() if not kept.secret}
    return left == back


def _is_plain(entry: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(entry, dict) and not entry.get("secret")


def _require_untouched(leaving: Stored, plan: Plan, reader: Reader) -> None:
    """Make sure that the target holds what the last run left, secrets aside. Raises Refused."""
    live = {operation.key: operation for operation in plan.operations}
    touched = []
    for key, kept in leaving.entries("kept").items():
        if not _is_plain(kept):
            continue
        held = live[key].before if key in live else plan.kept[key].text if key in plan.kept else None
        if held != kept.get("text"):
            touched.append(key)
    if touched:
        raise _decided_otherwise(leaving, reader, touched)


def _require_same_secrets(leaving: Stored, plan: Plan, place: _Place, *, now: datetime) -> None:
    """Make sure of the same for secrets, which are told apart as drift does. Raises Refused or CouldNotCheck."""
    ours = {operation.key for operation in plan.operations if operation.secret} & leaving.entries("kept").keys()
    if not ours:
        return
    try:
        candidate = resolve_candidate(place.environment, stores=place.stores, purpose="plan")
        drift = drift_of(plan_environment(place.project, candidate, stores=place.stores, now=now), today=now.date())
    except CouldNotCheck as error:
        raise CouldNotCheck(
            f"`{place.reader.shown}` was changed since run {leaving.run}, and nobody can tell whether its secrets"
            f" were: {error.message}",
            help=error.help,
        ) from None
    touched = [found.key for found in drift.differences if found.key in ours and found.kind == "external"]
    if touched:
        raise _decided_otherwise(leaving, place.reader, touched)


def _decided_otherwise(leaving: Stored, reader: Reader, touched: list[str]) -> Refused:
    return Refused(
        f"`{reader.shown}` no longer holds what run {leaving.run} left: {', '.join(touched)} changed since",
        help="`kmconfig drift` shows how; settle that first, then roll back or apply",
    )
