"""What the keys of a `.env` are to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.secrets.secret import Secret
from kmconfig.targets.candidate import SETTING_OF_KEY, mail_keys_input
from kmconfig.targets.dotenv import LARAVEL_NULL, LaravelNull, decode, edit, encode, parse
from kmconfig.targets.goal import Candidate, Earlier
from kmconfig.targets.interface import Kept
from kmconfig.targets.laravel_keys import SECRET_KEYS, SHARED_KEYS, mail_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kmconfig.targets.dotenv import DotenvFile
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.laravel_keys import EnvValue


def desired(
    goal: Goal, version: Callable[[], int], file: DotenvFile, formerly_ours: frozenset[str]
) -> Mapping[str, EnvValue]:
    """The value each of our keys has to have; None where it has to go."""
    if isinstance(goal, Earlier):
        return earlier(goal)
    keys: dict[str, EnvValue] = {pair.key: pair.value for pair in mail_keys(mail_keys_input(goal), version())}
    for key in sorted(formerly_ours - keys.keys() - SHARED_KEYS):
        if file.occurrences(key):
            keys[key] = None
    return keys


def earlier(goal: Earlier) -> Mapping[str, EnvValue]:
    """What a snapshot holds under the keys that go back."""
    file = parse(decode(goal.snapshot or b""))
    in_order = dict.fromkeys(entry.key for entry in file.entries if entry.key in goal.keys)
    keys = (*in_order, *sorted(goal.keys - in_order.keys()))
    return {key: _value(file, key, f"as before run {goal.run}") for key in keys}


def _value(file: DotenvFile, key: str, reference: str) -> EnvValue:
    if not file.occurrences(key):
        return None
    value = file.laravel(key)
    if value is None:
        return LARAVEL_NULL
    text = value if isinstance(value, str) else str(value).lower()
    return Secret(text, reference=reference) if key in SECRET_KEYS else text


def compose(
    read: Callable[[], tuple[DotenvFile, str]],
    version: Callable[[], int],
    goal: Goal,
    formerly_ours: frozenset[str],
) -> bytes:
    """The file with our keys set, everything else byte for byte as it is now."""
    if isinstance(goal, Candidate):
        goal.require_read()
    file, _ = read()
    return encode(edit(file.text, desired(goal, version, file, formerly_ours)))


def kept(changes: Mapping[str, EnvValue]) -> Mapping[str, Kept]:
    """What the file will hold of ours, without what any secret is."""
    found = {}
    for key, value in changes.items():
        if value is not None:
            secret = isinstance(value, Secret) or key in SECRET_KEYS
            found[key] = Kept(SETTING_OF_KEY.get(key, key), shown_after(value) or "", secret)
    return found


def shown_after(value: EnvValue) -> str | None:
    """A value for people; of a secret its reference."""
    if isinstance(value, Secret):
        return value.reference
    return "null" if isinstance(value, LaravelNull) else value
