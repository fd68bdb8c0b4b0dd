"""What the next plan will show although the settings come from the very file that it compares with, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kmconfig.errors import KmconfigError
from kmconfig.targets.candidate import SETTING_OF_KEY, mail_keys_input
from kmconfig.targets.dotenv import edit
from kmconfig.targets.goal import Candidate
from kmconfig.targets.laravel_keys import mail_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.importing.entries import Entries
    from kmconfig.importing.item import Item
    from kmconfig.secrets.secret import Secret
    from kmconfig.targets.laravel_keys import EnvValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """One operation that plan will show."""

    key: str
    action: Literal["add", "change", "remove"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What plan will say: its operations, or why it cannot be made."""

    operations: tuple[Pending, ...] = ()
    impossible: str | None = None


def outlook(
    environment: Environment,
    entries: Entries,
    *,
    laravel: int,
    secrets: Mapping[SecretRef, Secret],
    items: tuple[Item, ...],
) -> Outlook:
    """Compare the new environment with the file that it comes from, as plan will do."""
    candidate = Candidate(environment=environment, secrets=secrets)
    try:
        wanted = {pair.key: pair.value for pair in mail_keys(mail_keys_input(candidate), laravel)}
        found = [_pending(entries, key, items) for key, value in wanted.items() if not _says(entries, key, value)]
    except KmconfigError as error:
        return Outlook(impossible=error.message)
    return Outlook(operations=tuple(found))


def _says(entries: Entries, key: str, value: EnvValue) -> bool:
    return edit(entries.file.text, {key: value}) == entries.file.text


def _pending(entries: Entries, key: str, items: tuple[Item, ...]) -> Pending:
    if key not in entries:
        reason = "the file does not say it, and apply writes it out"
        return Pending(key=key, action="add", reason=_told(key, items) or reason)
    if key == "MAIL_URL":
        return Pending(key=key, action="remove", reason="it beats the keys that apply writes one by one")
    if key == "MAIL_EHLO_DOMAIN" and entries.text(key) is None:
        return Pending(key=key, action="remove", reason="it is empty, and no name is to be given")
    return Pending(key=key, action="change", reason=_change(entries, key, items))


def _change(entries: Entries, key: str, items: tuple[Item, ...]) -> str:
    told = _told(key, items)
    if told:
        return told
    if len(entries.file.occurrences(key)) > 1:
        return "it stands there more than once, and apply leaves one"
    if entries.counting[key].has_references:
        return "it refers to other keys, and apply writes the text that this gives"
    if entries.text(key) is None and key in ("MAIL_USERNAME", "MAIL_PASSWORD"):
        return "it is empty, and apply writes null, which is the same to the application"
    if entries.text(key) is None:
        return "it is empty, and apply writes what the YAML says"
    return "apply writes it in the platform's own spelling"


def _told(key: str, items: tuple[Item, ...]) -> str:
    """What the import has said of the key, or of the setting that decides it."""
    about = [item for item in items if item.key == key or item.setting == SETTING_OF_KEY.get(key)]
    return next((item.reason for item in about if item.reason), "")
