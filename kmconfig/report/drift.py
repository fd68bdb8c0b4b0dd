"""Drift for people: what differs, who has changed it, and how that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.deploy.drift import Difference, Drift
    from kmconfig.report.style import Style

_ROLES = {"external": "bad", "unapplied": "changed", "secret-rotated": "changed", "unreadable": "warning"}
_RESULTS = {"clean": ("good", "no drift"), "drift": ("bad", "drift"), "unknown": ("warning", "could not be checked")}

_UNFINISHED = ("warning", "not certain")


def drift_text(drift: Drift, *, style: Style) -> Iterator[str]:
    """The drift of one environment, line by line."""
    role, words = _UNFINISHED if drift.unfinished and drift.result == "unknown" else _RESULTS[drift.result]
    since = f" since run {drift.run}" if drift.run is not None else ""
    where = f", {for_terminal(drift.target)}" if drift.target else ""
    yield f"{style('bold', for_terminal(drift.environment))}{where}: {style(role, words)}{since}"
    width = max((len(difference.key) for difference in drift.differences), default=0)
    for difference in drift.differences:
        yield from _difference(difference, width, style)
    for note in drift.notes:
        yield f"  {style('note', 'note')}: {for_terminal(note)}"


def _difference(difference: Difference, width: int, style: Style) -> Iterator[str]:
    kind = f"{difference.kind:14}"
    shown = style("faint" if difference.ignored is not None else _ROLES[difference.kind], kind)
    key = for_terminal(difference.key).ljust(width)
    if not difference.key:
        yield f"  {shown}  {for_terminal(difference.detail)}"
        return
    values = f"live {_shown(difference.live)}, expected {_shown(difference.expected)}"
    yield f"  {shown}  {key}  {values}"
    indent = " " * (18 + width)
    if difference.detail:
        yield f"{indent}  {style('faint', for_terminal(difference.detail))}"
    if difference.ignored is not None:
        yield f"{indent}  {style('faint', f'accepted: {for_terminal(difference.ignored)}')}"


def _shown(value: str | None) -> str:
    if value is None:
        return "(absent)"
    return for_terminal(value) if value in ("(set)", "null") else f'"{for_terminal(value)}"'
