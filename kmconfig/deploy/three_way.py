"""What was planned, what is live and what is wanted, beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.deploy.plan import Plan

_NONE = "(absent)"


def three_way(saved: dict[str, Any], fresh: Plan) -> Iterator[str]:
    """A line for each key that was to change, or has to change now; secrets never show a value."""
    planned = {op["key"]: op for op in saved["operations"]}
    needed = {operation.key: operation for operation in fresh.operations}
    for key in sorted(planned | needed):
        was, now = planned.get(key), needed.get(key)
        if now is not None:
            live, wanted = now.before, now.after
        else:
            kept = fresh.kept.get(key)
            live = wanted = None if kept is None else kept.text
        before = was["before"] if was is not None else live
        yield f"{key}: planned from {_shown(before)}, live is {_shown(live)}, wanted is {_shown(wanted)}"


def _shown(value: str | None) -> str:
    return _NONE if value is None else value if value in ("(set)", "null") else f'"{value}"'
