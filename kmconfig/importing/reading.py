"""Takes single keys out of a `.env` and says what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.importing.item import Reason

if TYPE_CHECKING:
    from kmconfig.importing.draft import Draft
    from kmconfig.importing.entries import Entries
    from kmconfig.importing.version import LaravelVersion


class Reading:
    """One import under way: what is read, by which Laravel, and what it becomes."""

    def __init__(self, entries: Entries, laravel: LaravelVersion, draft: Draft) -> None:
        self.entries = entries
        self.laravel = laravel.number
        self.draft = draft

    def text(self, key: str) -> str | None:
        """The text of a key that mail uses; where there is none to be had, that is noted."""
        if key not in self.entries:
            return None
        names = self.entries.unresolved(key)
        if names:
            self.leave(key, _unresolved(names))
            return None
        text = self.entries.text(key)
        if text is None:
            self.draft.add(key, "unset", self.entries.line(key))
        return text

    def first(self, *keys: str) -> tuple[str, str] | None:
        """The first of several keys that holds text, with that text."""
        for key in keys:
            text = self.text(key)
            if text is not None:
                return key, text
        return None

    def carry(self, setting: str, value: Any, key: str, *, remark: str = "") -> None:
        """Set a setting from a key."""
        self.draft.carry(setting, value, key, self.entries.line(key), remark=remark)

    def keep_secret(self, setting: str, value: str, key: str, *, remark: str = "") -> None:
        """Put a reference for the secret that a key holds."""
        self.draft.keep_secret(setting, value, key, self.entries.line(key), remark=remark)

    def leave(self, key: str, reason: Reason) -> None:
        """Say that a key counts and could not be carried."""
        self.draft.add(key, "left", self.entries.line(key), reason)

    def unused(self, key: str, reason: str) -> None:
        """Say that mail does not read a key."""
        self.draft.add(key, "unused", self.entries.line(key), Reason(reason))

    def missing(self, key: str, text: str, *, help: str = "") -> None:  # noqa: A002 - the word users read
        """Say that a key is absent, or empty, and what follows from that."""
        self.draft.forget_unset(key)
        self.draft.add(key, "missing", self.entries.line(key), Reason(text, help))


def _unresolved(names: tuple[str, ...]) -> Reason:
    shown = ", ".join(f"`{name}`" for name in names)
    return Reason(
        f"it refers to {shown}, which the file does not define",
        "the application's own environment may; look the value up there and write it into the YAML by hand",
    )
