"""The secrets of environments, for people and for machines. Nothing in here has room for a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from kmconfig.report.escape import for_terminal
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmconfig.lint.observed import ShapeVerdict
    from kmconfig.report.style import Style
    from kmconfig.secrets.inventory import Entry, Inventory
    from kmconfig.secrets.stores import Login

_HEADINGS = ("setting", "reference", "version", "created", "age")
_WORDS = {"due_soon": "due soon"}
_ROLES = {
    "ok": "good",
    "due_soon": "changed",
    "overdue": "bad",
    "unknown": "note",
    "missing": "bad",
    "denied": "error",
    "error": "error",
}
_NAMES = {"aws_secret": "aws", "ssm": "aws"}
_SHORT_VERSION = 8


def secrets_object(inventory: Inventory) -> dict[str, Any]:
    """One result of `kmconfig secrets --format json` (schema/secrets.v1.schema.json)."""
    return {
        "environment": inventory.environment,
        "references": [_entry_object(entry) for entry in inventory.entries],
        "stores": [
            {"store": _store_name(login), "where": login.where, "identity": login.identity}
            for login in inventory.logins
        ],
    }


def secrets_text(inventory: Inventory, *, style: Style) -> Iterator[str]:
    """A table of the references, what is wrong with them below each, and how each store was reached."""
    yield style("bold", for_terminal(inventory.environment))
    if not inventory.entries:
        yield "  refers to no secret"
        return
    rows = [_cells(entry) for entry in inventory.entries]
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    yield f"  {style('faint', f'{_aligned(_HEADINGS, widths)}  status')}"
    for entry, row in zip(inventory.entries, rows, strict=True):
        yield f"  {_aligned(row, widths)}  {_status(entry, style=style)}"
        for line in _remarks(entry, style=style):
            yield f"    {line}"
    for login in inventory.logins:
        where = f" at {for_terminal(login.where)}" if login.where else ""
        yield f"  {style('faint', f'{_store_name(login)}{where}')}: {for_terminal(login.identity)}"
    yield f"  {_counts(inventory)}"


class Waiting:
    """Says on a terminal which server is being asked, for as long as that takes."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream = stream
        self._live = not quiet and stream.isatty()
        self._width = 0

    def __call__(self, server: str) -> None:
        """Show what is being waited for."""
        text = f"asking {server} …"
        self._put(text.ljust(self._width))
        self._width = max(len(text), self._width)

    def over(self) -> None:
        """Leave the line empty."""
        if self._width:
            self._put(" " * self._width)
            self._put("")
        self._width = 0

    def _put(self, text: str) -> None:
        if self._live:
            say(self._stream, f"\r{text}")


def _entry_object(entry: Entry) -> dict[str, Any]:
    reference, state = entry.reference.data, entry.state
    return {
        "setting": entry.reference.setting,
        "source": reference.source,
        "reference": reference.name if reference.key is None else f"{reference.name}#{reference.key}",
        "status": entry.status,
        "version": state.version,
        "created": None if state.created is None else state.created.isoformat(),
        "age_days": entry.age.days,
        "max_age": entry.age.limit,
        "detail": "; ".join(_details(entry)),
        "shape": _shape_object(state.shape),
    }


def _shape_object(shape: ShapeVerdict | None) -> dict[str, Any] | None:
    if shape is None:
        return None
    return {
        "fits": shape.fits,
        "provider": shape.provider,
        "expected": shape.expected,
        "confirmed": shape.confirmed,
        "seen": shape.seen,
    }


def _cells(entry: Entry) -> tuple[str, ...]:
    state, age = entry.state, entry.age
    shown = age.shown if age.shown or state.status != "found" else "?"
    return (
        for_terminal(entry.reference.setting),
        for_terminal(str(entry.reference.data)),
        _version(state.version),
        "" if state.created is None else f"{state.created:%Y-%m-%d}",
        f"{shown} of {age.limit}" if shown and age.limit is not None else shown,
    )


def _version(version: str | None) -> str:
    if version is None:
        return ""
    return f"v{version}" if version.isdecimal() else for_terminal(version[:_SHORT_VERSION])


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))


def _status(entry: Entry, *, style: Style) -> str:
    status = style(_ROLES[entry.status], _word(entry.status))
    return f"{status}, {style('bad', 'wrong form')}" if entry.misshapen else status


def _word(status: str) -> str:
    return _WORDS.get(status, status)


def _details(entry: Entry) -> Iterator[str]:
    """What there is to say of an entry, the status first."""
    state = entry.state
    if state.status != "found" or not state.unread:
        yield from filter(None, (state.detail,))
    else:
        yield state.unread
    yield from _unlooked(entry)
    if entry.status == "unknown":
        yield entry.age.detail
        if not entry.needs_age:
            yield "no limit holds for it"
    if state.shape is not None and not state.shape.fits:
        seen = f": it is {state.shape.seen}" if state.shape.seen else ""
        yield f"it does not look like what {state.shape.provider} issues{seen}; expected is {state.shape.expected}"
    if state.scopes is not None and state.scopes.beyond:
        yield f"the key may do more than send: {state.scopes.shown()}"
    elif state.scopes is not None and state.scopes.unknown:
        yield state.scopes.unknown


def _unlooked(entry: Entry) -> Iterator[str]:
    """That metadata says nothing of the keys of a secret."""
    reference, state = entry.reference.data, entry.state
    if reference.key is not None and state.status == "found" and state.value == "unasked":
        yield f"whether it has the key `{reference.key}` is not checked without --values"


def _remarks(entry: Entry, *, style: Style) -> Iterator[str]:
    for detail in _details(entry):
        yield style("faint", for_terminal(detail))
    if entry.state.help:
        yield f"{style('help', 'help')}: {for_terminal(entry.state.help)}"


def _store_name(login: Login) -> str:
    return _NAMES.get(login.source, login.source)


def _counts(inventory: Inventory) -> str:
    statuses = [entry.status for entry in inventory.entries if not entry.misshapen]
    found = [f"{statuses.count(status)} {_word(status)}" for status in _ROLES if status in statuses]
    misshapen = sum(entry.misshapen for entry in inventory.entries)
    return ", ".join((*found, *((f"{misshapen} of the wrong form",) if misshapen else ())))
