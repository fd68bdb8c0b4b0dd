"""The settings that are being put together, and what became of each key on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.importing.item import Item, Reason
from kmconfig.providers.leaks import find_leaks
from kmconfig.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.environment.reference import SecretRef
    from kmconfig.importing.item import Status

_LEAK = Reason(
    "it holds something of the shape of a secret, which must not stand in a file of the repository",
    "take the secret out of it, or set the value by hand",
)
_SAME = Reason(
    "it holds the same text as one of the secrets, which must not stand in a file of the repository",
    "change the secret with its provider, and set the value by hand",
)
_USERNAME = "email.smtp.username"
#: Bytes that a terminal takes as one line, for which it has 4,095 with its end.
_LONGEST_LINE = 4000


class Draft:
    """Collects settings, secrets and items. ``refer`` makes the reference of a setting's secret.

    ``several_lines`` are the references whose values a terminal does not take as one line.
    """

    def __init__(self, refer: Callable[[str], SecretRef]) -> None:
        self._refer = refer
        self.settings: dict[str, Any] = {}
        self.secrets: dict[str, SecretRef] = {}
        self.values: dict[SecretRef, Secret] = {}
        self.several_lines: set[SecretRef] = set()
        self.items: list[Item] = []

    def add(self, key: str, status: Status, line: int | None, reason: Reason | None = None) -> None:
        """Say what became of a key that goes to no setting."""
        reason = reason or Reason("")
        self.items.append(Item(key=key, status=status, line=line, reason=reason.text, help=reason.help))

    def carry(self, setting: str, value: Any, key: str, line: int | None, *, remark: str = "") -> None:
        """Set a setting, unless its value gives a secret away; of user names whoever calls has made sure."""
        if setting != _USERNAME and isinstance(value, str) and find_leaks(value):
            self.add(key, "left", line, _LEAK)
            return
        self.settings[setting] = value
        self.items.append(Item(key=key, status="carried", line=line, setting=setting, reason=remark))

    def keep_secret(self, setting: str, value: str, key: str, line: int | None, *, remark: str = "") -> None:
        """Put a reference in the place of a secret; the same secret twice has one reference."""
        ref = self._refer(setting)
        secret = Secret(value, reference=str(ref))
        known = next((other for other, held in self.values.items() if held == secret), None)
        if known is None:
            self.values[ref] = secret
            if "\n" in value or len(value.encode("utf-8", "surrogatepass")) > _LONGEST_LINE:
                self.several_lines.add(ref)
        self.secrets[setting] = known or ref
        self.items.append(Item(key=key, status="secret", line=line, setting=setting, reason=remark))

    def holds(self, text: str) -> bool:
        """Whether a text is one of the secrets."""
        given = Secret(text, reference="the file")
        return any(held == given for held in self.values.values())

    def give_up(self, setting: str, reason: Reason) -> None:
        """Take a setting out again that turned out not to be carriable."""
        self.settings.pop(setting, None)
        ref = self.secrets.pop(setting, None)
        if ref is not None and ref not in self.secrets.values():
            del self.values[ref]
        self.items = [
            Item(key=item.key, status="left", line=item.line, reason=reason.text, help=reason.help)
            if item.setting == setting
            else item
            for item in self.items
        ]

    def forget_unset(self, key: str) -> None:
        """Take back that a key is empty, since more is to be said of it."""
        self.items = [item for item in self.items if (item.key, item.status) != (key, "unset")]

    def give_up_secrets(self, gives_away: Callable[[str], bool]) -> None:
        """Take out texts that give a secret away; of user names, which some providers give out, that is known."""
        for setting, value in tuple(self.settings.items()):
            if setting != _USERNAME and isinstance(value, str) and gives_away(value):
                self.give_up(setting, _SAME)

    def told(self) -> set[tuple[str, int | None]]:
        """The entries, by key and line, of which something has been said so far."""
        return {(item.key, item.line) for item in self.items}
