"""Drift: the live target against what the last run left and what the files say. Cannot write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kmconfig.deploy.receipts import secrets_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from kmconfig.deploy.plan import Plan
    from kmconfig.deploy.receipts import Stored
    from kmconfig.deploy.work import Work
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.targets.interface import Operation
    from kmconfig.targets.secret_changes import SecretChange, Written

Class: TypeAlias = Literal["external", "unapplied", "secret-rotated", "unreadable"]
"""Who has changed what: somebody the target, we the files, or a store a secret; or nobody could look."""

Result: TypeAlias = Literal["clean", "drift", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One key of a target that does not say what it should. Of secrets there are words and references only.

    ``ignored`` is the reason why it is accepted for a while, None where it is not.
    """

    setting: str
    key: str
    kind: Class
    live: str | None
    expected: str | None
    detail: str = ""
    ignored: str | None = None

    def document(self) -> dict[str, Any]:
        """The difference of contract, section 5."""
        return {
            "setting": self.setting,
            "key": self.key,
            "class": self.kind,
            "live": self.live,
            "expected": self.expected,
            "detail": self.detail,
            "ignored": self.ignored,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How one environment's target differs; ``run`` is the last one that was applied there.

    ``unfinished`` says that a run after it did not come to its end, so nobody knows what the application uses.
    """

    environment: str
    target: str
    run: str | None
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()
    unfinished: bool = False

    @property
    def result(self) -> Result:
        """Known only where everything could be looked at and no run was left open; then drift, unless accepted."""
        open_ones = [difference for difference in self.differences if difference.ignored is None]
        if self.unfinished or any(difference.kind == "unreadable" for difference in open_ones):
            return "unknown"
        return "drift" if open_ones else "clean"

    def document(self) -> dict[str, Any]:
        """The drift object of contract, section 5."""
        return {
            "environment": self.environment,
            "target": self.target,
            "result": self.result,
            "run": self.run,
            "differences": [difference.document() for difference in self.differences],
            "notes": list(self.notes),
        }


def drift_of(work: Work, *, today: date) -> Drift:
    """Judge a plan that was made just now. See :func:`kmconfig.deploy.prepare.plan_environment`."""
    plan = work.plan
    last = work.receipts.last_applied(plan.target)
    found = [_difference(operation, plan, last) for operation in plan.operations]
    notes = [*plan.notes]
    if last is None:
        notes.append(_untold(work))
    return Drift(
        environment=plan.environment,
        target=plan.target,
        run=last.run if last is not None else None,
        differences=tuple(_ignored(difference, work, today) for difference in found),
        notes=(*notes, *_expired(work.project, plan.environment, today)),
        unfinished=work.unfinished,
    )


def _untold(work: Work) -> str:
    """Why nobody can tell who changed what."""
    doubtful = next(work.receipts.changing(work.plan.target), None)
    if doubtful is None:
        return "no run of ours has written to this target, so who changed what cannot be told"
    return f"the receipt of run {doubtful.run} was changed after it was written, so who changed what cannot be told"


def _difference(operation: Operation, plan: Plan, last: Stored | None) -> Difference:
    kind, detail = _secret_kind(operation, plan, last) if operation.secret else _plain_kind(operation, plan, last)
    return Difference(
        setting=operation.setting,
        key=operation.key,
        kind=kind,
        live=operation.before,
        expected=operation.after,
        detail=detail,
    )


def _plain_kind(operation: Operation, plan: Plan, last: Stored | None) -> tuple[Class, str]:
    if last is None:
        return "unapplied", ""
    was = _left(last).get(operation.key)
    if last.text("left") == plan.base or operation.before == was != operation.after:
        return "unapplied", f"run {last.run} left it so, and the files changed since"
    if operation.before == was:
        return "external", f"somebody has written it in another way since run {last.run}, twice for one"
    if operation.after == was:
        return "external", f"run {last.run} wrote the expected value, and somebody changed it since"
    return (
        "external",
        f"run {last.run} left {was if was is not None else 'nothing'}, and both the files and the target changed",
    )


def _secret_kind(operation: Operation, plan: Plan, last: Stored | None) -> tuple[Class, str]:
    """Who changed a secret: told by its reference, its version, its fingerprint, or an untouched target."""
    change = operation.change
    if change is not None and not change.compared:
        return "unreadable", "its value may not be read here, and nothing else tells whether the target holds it"
    if last is None:
        return "unapplied", ""
    untouched = last.text("left") == plan.base
    if not untouched and operation.after is None and operation.key not in _left(last):
        return "external", f"run {last.run} left nothing there, and somebody has written it since"
    written = secrets_of(last).get(operation.setting)
    if written is None or written.reference != operation.after:
        return _by_reference(operation.key, plan, last, known=written is not None, untouched=untouched)
    if change is None or None in (change.fingerprint_before, written.fingerprint):
        return _by_version(change, written, last, untouched=untouched)
    return _by_fingerprint(change, written, last)


def _by_fingerprint(change: SecretChange, written: Written, last: Stored) -> tuple[Class, str]:
    if change.fingerprint_before != written.fingerprint:
        return "external", f"the target holds another secret than run {last.run} wrote"
    return "secret-rotated", "the store has a new value, and the target still holds the old one"


def _by_reference(key: str, plan: Plan, last: Stored, *, known: bool, untouched: bool) -> tuple[Class, str]:
    """Who changed a secret that the last run did not write from where the files point now."""
    wanted = plan.kept.get(key)
    if not untouched and wanted is not None and wanted.text and _left(last).get(key) == wanted.text:
        return "external", f"run {last.run} left the reference that the files name, and somebody changed it since"
    return "unapplied", "another secret is referred to since" if known else ""


def _by_version(change: SecretChange | None, written: Written, last: Stored, *, untouched: bool) -> tuple[Class, str]:
    """The same where no fingerprints tell what the target holds."""
    if change is not None and None not in (change.after, written.version) and change.after != written.version:
        return "secret-rotated", f"version {change.after} is in the store, and {written.version} was written"
    if untouched:
        return "secret-rotated", f"nobody has touched the target since run {last.run}, so the store has a new value"
    return "external", "the target was changed since, and holds another secret than the store"


def _left(last: Stored) -> Mapping[str, str | None]:
    """What the last run left under each of its keys."""
    kept = last.entries("kept")
    return {key: value.get("text") for key, value in kept.items() if isinstance(value, dict)}


def _ignored(difference: Difference, work: Work, today: date) -> Difference:
    for ignore in work.project.drift_ignores:
        if ignore.applies(work.plan.environment, difference.setting, difference.key) and today <= ignore.until:
            return replace(difference, ignored=f"{ignore.reason} (until {ignore.until})")
    return difference


def _expired(project: ProjectFile, environment: str, today: date) -> Iterator[str]:
    for ignore in project.drift_ignores:
        if today > ignore.until and ignore.environment in (None, environment):
            yield f"`drift.ignore` accepted `{ignore.setting}` until {ignore.until}, which is over: {ignore.reason}"


def unreadable(environment: str, reason: str) -> Drift:
    """The drift of a target that could not be looked at."""
    difference = Difference(setting="target", key="", kind="unreadable", live=None, expected=None, detail=reason)
    return Drift(environment=environment, target="", run=None, differences=(difference,))
