"""Which keys of a `.env` would change, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.providers.leaks import find_leaks
from kmconfig.secrets.secret import Secret
from kmconfig.targets.candidate import SETTING_OF_KEY
from kmconfig.targets.dotenv import edit
from kmconfig.targets.interface import Action, Operation
from kmconfig.targets.laravel_env.wanted import shown_after
from kmconfig.targets.laravel_keys import SECRET_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.targets.dotenv import DotenvFile
    from kmconfig.targets.laravel_keys import EnvValue
    from kmconfig.targets.secret_changes import SecretChange, SecretChanges


def operations(file: DotenvFile, changes: Mapping[str, EnvValue], secrets: SecretChanges) -> list[Operation]:
    """The operations that make the file hold what ``changes`` say, None for a key that has to go."""
    found = []
    for key, value in changes.items():
        if _says(file, key, value, secrets):
            continue
        action: Action = "remove" if value is None else "change" if file.occurrences(key) else "add"
        secret = key in SECRET_KEYS or isinstance(value, Secret) or _gives_away(file, key)
        found.append(
            Operation(
                setting=SETTING_OF_KEY.get(key, key),
                key=key,
                action=action,
                before=_before(file, key, secret=secret) if action != "add" else None,
                after=shown_after(value),
                secret=secret,
                change=_change(file, key, value, secrets),
            )
        )
    return found


def _says(file: DotenvFile, key: str, value: EnvValue, secrets: SecretChanges) -> bool:
    """Whether the file already says it. Of a value that may not be read, whether it says what was written last."""
    setting = SETTING_OF_KEY.get(key, key)
    if isinstance(value, Secret) and secrets.unread(setting):
        live = _live(file, key)
        if live is None or secrets.verdict(setting, live) != "same":
            return False
        value = live
    return edit(file.text, {key: value}) == file.text


def _change(file: DotenvFile, key: str, value: EnvValue, secrets: SecretChanges) -> SecretChange | None:
    if not isinstance(value, Secret):
        return None
    return secrets.change(SETTING_OF_KEY.get(key, key), _live(file, key), held=file.laravel(key) not in (None, ""))


def _live(file: DotenvFile, key: str) -> Secret | None:
    """The text that stands at a key."""
    value = file.laravel(key)
    return Secret(value, reference=f"live {key}") if isinstance(value, str) and value else None


def _gives_away(file: DotenvFile, key: str) -> bool:
    """Whether what stands at a key is a secret although the key is not for one, as a token that is also a user name."""
    value = file.laravel(key)
    if not isinstance(value, str) or not value:
        return False
    return value in {file.laravel(secret) for secret in SECRET_KEYS} or bool(find_leaks(value))


def _before(file: DotenvFile, key: str, *, secret: bool) -> str:
    value = file.laravel(key)
    if secret:
        return "null" if value is None else "(set)"
    last = file.occurrences(key)[-1]
    return file.text[last.value_start : last.value_end].strip('"') if last.has_references else _shown(value)


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
