"""What became of a write, by what the settings interface says afterwards.

Secrets cannot be read back. What tells of them is what the server calls their values, the mark of the last change, and
the token of the state; without these, the fields that were written with them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

from kmconfig.targets.settings_api.fields import SECRET_FIELDS, VISIBLE_FIELDS
from kmconfig.targets.settings_api.reading import digest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kmconfig.targets.interface import State
    from kmconfig.targets.settings_api.reading import Reading

_BY_WORTH: Final[tuple[State, ...]] = ("after", "before", "partial", "other")

Trace: TypeAlias = Literal["before", "after", "partial", "other", "unknown"]
"""Like a state, for some of the fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A write as the journal keeps it.

    ``visible`` are the fields that can be read, each with a salted digest of its new value; ``secrets`` the
    secret fields that are written, ``change`` the mark that goes with them.
    """

    salt: str
    visible: Mapping[str, str]
    secrets: frozenset[str]
    change: str

    @classmethod
    def of(cls, fields: Mapping[str, str | None], secrets: Collection[str], *, change: str) -> Self:
        """The write of ``fields``, None for one that becomes empty, and of secret fields."""
        import secrets as chance  # noqa: PLC0415 - only for a write

        salt = chance.token_hex(16)
        digests = {field: digest(field, text, salt=bytes.fromhex(salt)) for field, text in fields.items()}
        return cls(salt=salt, visible=digests, secrets=frozenset(secrets), change=change)

    @classmethod
    def parse(cls, fingerprint: str) -> Self:
        """From the text in a journal."""
        salt, visible, secrets, change = json.loads(fingerprint)
        return cls(salt=salt, visible=visible, secrets=frozenset(secrets), change=change)

    def __str__(self) -> str:
        return json.dumps([self.salt, dict(self.visible), sorted(self.secrets), self.change], separators=(",", ":"))

    def state(self, live: Reading, snapshot: Reading, *, refused: bool = False, newest: bool = False) -> State:
        """What became of this write; partial too where only secrets can have been written, and nothing tells of them.

        ``refused`` says that the server did not take it, ``newest`` that nothing was written since it did.
        """
        newest = newest or (live.mark is not None and live.mark.change == self.change)
        visible, hidden = self._visible(live, snapshot), self._hidden(live, snapshot)
        if refused and not newest:
            # What is new is the work of others, though it were the same.
            return "before" if {visible, hidden} <= {"before", "unknown", None} else "other"
        if "other" in (visible, hidden):
            # The server itself has made something else of what it took.
            return "partial" if newest else "other"
        known: list[State] = [trace for trace in (visible, hidden) if trace is not None and trace != "unknown"]
        if not known:
            return "before" if hidden is None else "partial"
        if hidden == "unknown" and visible == "before" and _moved(live, snapshot):
            return "partial"
        return known[0] if len(set(known)) == 1 else "partial"

    def _visible(self, live: Reading, snapshot: Reading) -> Trace | None:
        found: set[Trace] = set()
        for field in VISIBLE_FIELDS:
            text = live.values.get(field)
            old, new = text == snapshot.values.get(field), self._says(field, text)
            if not old and not new:
                return "other"
            if old != new and field in self.visible:
                found.add("before" if old else "after")
        return _together(found)

    def _says(self, field: str, text: str | None) -> bool:
        return field in self.visible and digest(field, text, salt=bytes.fromhex(self.salt)) == self.visible[field]

    def _hidden(self, live: Reading, snapshot: Reading) -> Trace | None:
        found: set[Trace] = set()
        for field in SECRET_FIELDS:
            same = same_secret(field, snapshot, live)
            if field in self.secrets:
                found.add(self._trace(live, snapshot, same=same))
            elif same is False:
                return "other"
        return _together(found)

    def _trace(self, live: Reading, snapshot: Reading, *, same: bool | None) -> Trace:
        if same is not None:
            return "before" if same else "after"
        if live.mark is not None and live.mark.change == self.change:
            return "after"
        if None not in (live.mark, snapshot.mark) and live.mark == snapshot.mark:
            return "before"
        return "unknown"


def best(states: Collection[State]) -> State:
    """The state that says most of what several writes may have left."""
    return next((state for state in _BY_WORTH if state in states), "other")


def untouched(live: Reading, snapshot: Reading, *, may_have_changed: frozenset[str]) -> State:
    """Whether the interface holds what a snapshot does, though some secrets may have been written since."""
    if live.values != snapshot.values:
        return "other"
    return "before" if secrets_untouched(live, snapshot, may_have_changed=may_have_changed) else "partial"


def secrets_untouched(live: Reading, snapshot: Reading, *, may_have_changed: frozenset[str]) -> bool:
    """Whether every secret is as it was at a snapshot; those that may have changed need evidence."""
    return not doubtful_secrets(live, snapshot, may_have_changed=may_have_changed)


def doubtful_secrets(live: Reading, snapshot: Reading, *, may_have_changed: frozenset[str]) -> Mapping[str, bool]:
    """The secrets that are not proved to be as they were at a snapshot, and whether each certainly is not."""
    same = {field: same_secret(field, snapshot, live) for field in SECRET_FIELDS}
    return {
        field: found is False
        for field, found in same.items()
        if found is False or (found is None and field in may_have_changed)
    }


def same_secret(field: str, before: Reading, after: Reading) -> bool | None:
    """Whether a secret field holds the same in both; None where nobody can tell."""
    if (field in before.held) != (field in after.held):
        return False
    if field not in before.held:
        return True
    versions = before.versions.get(field), after.versions.get(field)
    if None not in versions:
        return versions[0] == versions[1]
    if before.etag is not None and before.etag == after.etag:
        return True
    if before.mark is not None and before.mark.change is not None and before.mark == after.mark:
        return True
    return None


def _moved(live: Reading, snapshot: Reading) -> bool:
    """Whether the server says that something has changed."""
    return None not in (live.etag, snapshot.etag) and live.etag != snapshot.etag


def _together(found: set[Trace]) -> Trace | None:
    """What several fields say of one write; None where none was to change."""
    if not found:
        return None
    found = found - {"unknown"} or found
    return found.pop() if len(found) == 1 else "partial"
