"""A plan for people: aligned operations, guards with the flag that approves them, and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.deploy.guards import approval_line
from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from kmconfig.deploy.plan import Plan
    from kmconfig.report.style import Style
    from kmconfig.targets.interface import Operation
    from kmconfig.targets.secret_changes import SecretChange

_SHORT_VERSION = 8
_MARKS = {"add": ("good", "+"), "change": ("changed", "~"), "remove": ("bad", "-")}


def plan_text(plan: Plan, *, style: Style) -> Iterator[str]:
    """The plan, line by line."""
    target = for_terminal(plan.target)
    if not plan.operations:
        yield f"{style('bold', for_terminal(plan.environment))}: no changes, {target} says what the files say"
    else:
        yield f"{style('bold', for_terminal(plan.environment))} → {target}"
        keys = [for_terminal(operation.key) for operation in plan.operations]
        key_width = max(map(len, keys))
        changes = [_change(operation, now=plan.created) for operation in plan.operations]
        change_width = min(max(len(change) for change in changes), 60)
        for operation, key, change in zip(plan.operations, keys, changes, strict=True):
            role, mark = _MARKS[operation.action]
            unwritten = "" if plan.back_to is not None or operation.after is None else "default"
            origin = for_terminal(plan.origins.get(operation.setting, unwritten))
            line = f"  {style(role, mark)} {key.ljust(key_width)}  {change.ljust(change_width)}"
            yield f"{line}  {style('faint', origin)}".rstrip()
        yield f"  {_counts(plan)}"
    for limit in plan.limits if plan.operations else ():
        yield f"  {style('faint', 'limit')}: {for_terminal(limit)}"
    for note in plan.notes:
        yield f"  {style('note', 'note')}: {for_terminal(note)}"
    for guard in plan.guards:
        yield f"  {style('warning', 'guard')}: {for_terminal(guard.reason)}"
    if plan.guards:
        yield f"         if that is meant: {style('bold', approval_line(plan.guards))}"


def saved_text(plan: Plan, file: str, *, style: Style) -> Iterator[str]:
    """Where a plan was saved, until when it is good, and what it is not bound to."""
    yield f"  saved as {style('bold', for_terminal(file))}, good until {plan.expires:%Y-%m-%d %H:%M} UTC"
    yield f"  digest {plan.digest}"
    for pin in plan.secrets:
        if pin.version is None and pin.fingerprint is None:
            unbound = f"{for_terminal(pin.reference)} has no version, so the plan is not bound to its value"
            yield f"  {style('note', 'note')}: {unbound}"


def _change(operation: Operation, *, now: datetime) -> str:
    if operation.change is not None and operation.after is not None:
        source, _, name = operation.after.partition(":")
        return f"{for_terminal(source)} {for_terminal(name)}  {_replaced(operation.change, now=now)}"
    before = _quoted(operation.before, secret=operation.secret)
    after = _quoted(operation.after, secret=operation.secret)
    if operation.action == "add":
        return after
    if operation.action == "remove":
        return before
    # It says the same, but not as it should: twice, for one.
    return f"{before} → {after}" if before != after or operation.secret else f"{after}, written anew"


def _replaced(change: SecretChange, *, now: datetime) -> str:
    """One secret in place of another: by their versions, else their fingerprints, else without telling them apart."""
    if change.after is not None:
        before, after = _versions(change.before, change.after)
        days = change.age_days(now=now)
        told = f"{before} → {after}" if change.held else after
        told += f" ({_age(days)})" if days is not None else ""
    elif change.fingerprint_after is not None:
        before = change.fingerprint_before or "?"
        told = (
            f"fingerprint {before} → {change.fingerprint_after}"
            if change.held
            else f"fingerprint {change.fingerprint_after}"
        )
    else:
        told = "unknown, will be written"
    return told if change.compared else f"{told}, cannot be compared with what the target holds"


def _versions(before: str | None, after: str) -> tuple[str, str]:
    """Two versions for people: numbers as they are, ids as short as they can still be told apart."""
    shown = tuple("?" if version is None else _version(version) for version in (before, after))
    if shown[0] == shown[1] and before is not None and before != after:
        shown = before, after
    return for_terminal(shown[0]), for_terminal(shown[1])


def _version(version: str) -> str:
    return f"v{version}" if version.isdecimal() else version[:_SHORT_VERSION]


def _age(days: int) -> str:
    return {0: "made today", 1: "1 day old"}.get(days, f"{days} days old")


def _quoted(value: str | None, *, secret: bool) -> str:
    if value is None:
        return "(absent)"
    text = for_terminal(value)
    return text if secret or value == "null" else f'"{text}"'


def _counts(plan: Plan) -> str:
    words = {"add": "to add", "change": "to change", "remove": "to remove"}
    counts = {action: sum(op.action == action for op in plan.operations) for action in words}
    return ", ".join(f"{count} {words[action]}" for action, count in counts.items() if count)
