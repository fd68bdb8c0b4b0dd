"""The `.env` of a Laravel application as a target."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from kmconfig.errors import ConfigurationError, CouldNotCheck
from kmconfig.providers.leaks import find_leaks
from kmconfig.secrets.secret import Secret
from kmconfig.targets.candidate import SETTING_OF_KEY, mail_keys_input
from kmconfig.targets.dotenv import LARAVEL_NULL, DotenvFile, LaravelNull, decode, edit, encode, parse
from kmconfig.targets.file_access import read_target
from kmconfig.targets.interface import NOTHING_WRITTEN, Action, Candidate, Comparison, LiveState, Operation
from kmconfig.targets.laravel_keys import SECRET_KEYS, SHARED_KEYS, capability_notes, mail_keys
from kmconfig.targets.laravel_version import detect_laravel_version
from kmconfig.targets.secret_changes import SecretChanges

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kmconfig.targets.laravel_keys import EnvValue
    from kmconfig.targets.secret_changes import SecretChange, Written

_SMTP_MAILERS = (None, "smtp", "failover", "roundrobin")
_SECRET_NAME = re.compile(r"(?:KEY|KEY_ID|SECRET|PASSWORD|PASSWD|TOKEN|(?:DATABASE|MAIL|REDIS)_URL)$")


class LaravelEnvReader:
    """Reads an application's `.env` and plans against it."""

    kind = "laravel_env"

    def __init__(self, *, path: Path, shown: str, laravel: str | int) -> None:
        self.path = path
        self.shown = shown
        self.identity = f"laravel_env:{shown}"
        self._laravel = laravel

    @property
    def folder(self) -> Path:
        """The application's folder, where its commands run."""
        return self.path.parent

    @property
    def version(self) -> int:
        """The application's major version of Laravel.

        Raises ConfigurationError when it is `auto` and composer.lock does not say.
        """
        if isinstance(self._laravel, int):
            return self._laravel
        lock = self.folder / "composer.lock"
        try:
            text = lock.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise ConfigurationError(
                f"`laravel: auto` needs composer.lock beside `{self.shown}`, and there is none",
                help="set `target.laravel_env.laravel` to the application's major version, 8 to 13",
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise CouldNotCheck(f"cannot read composer.lock beside `{self.shown}`: {type(error).__name__}") from None
        return detect_laravel_version(text)

    def live(self) -> LiveState:
        """Read the file."""
        return _live_state(*self.read())

    def live_secrets(self) -> tuple[Secret, ...]:
        """What the file holds under names of secrets, those of other parts of the application too."""
        file, _ = self.read()
        named = {entry.key: entry.value for entry in file.entries if _SECRET_NAME.search(entry.key)}
        return tuple(Secret(value, reference=f"live {key}") for key, value in named.items() if value)

    def read(self) -> tuple[DotenvFile, str]:
        """The parsed file and the token of its state.

        Raises CouldNotCheck where there is none, or it cannot be read; ConfigurationError where the
        application itself could not read it.
        """
        data, base = read_target(self.path, self.shown)
        if data is None:
            raise CouldNotCheck(
                f"there is no `{self.shown}`",
                help="name the application's `.env` in `target.laravel_env.path`, or create the file first",
            )
        try:
            return parse(decode(data)), base
        except ConfigurationError as error:
            raise CouldNotCheck(f"`{self.shown}`: {error.message}", help=error.help) from None

    def compare(
        self,
        candidate: Candidate,
        *,
        formerly_ours: frozenset[str] = frozenset(),
        written: Mapping[str, Written] = NOTHING_WRITTEN,
    ) -> Comparison:
        """Say which keys would change."""
        file, base = self.read()
        changes = desired(candidate, self.version, file, formerly_ours)
        operations = tuple(_operations(file, changes, SecretChanges(candidate, written)))
        return Comparison(
            live=_live_state(file, base),
            operations=operations,
            keys=tuple(key for key, value in changes.items() if value is not None),
            notes=(*_shadow_notes(changes), *capability_notes(mail_keys_input(candidate), self.version)),
            shared_changes=tuple(op.key for op in operations if op.key in SHARED_KEYS and op.action == "change"),
        )


def _live_state(file: DotenvFile, base: str) -> LiveState:
    """``MAIL_URL`` beats the other keys; of failover and round robin the SMTP server is one part."""
    url = file.laravel("MAIL_URL")
    if isinstance(url, str) and (host := _host_of(url)):
        return LiveState(base=base, host=host)
    mailer = file.laravel("MAIL_MAILER")
    name = file.laravel("MAIL_HOST") if mailer in _SMTP_MAILERS else None
    return LiveState(base=base, host=name if isinstance(name, str) and name else None)


def _host_of(url: str) -> str | None:
    """The host of an SMTP address; None for other addresses, as of mail services."""
    from urllib.parse import urlsplit  # noqa: PLC0415 - few files have one

    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.hostname if parts.scheme in ("smtp", "smtps") else None


def compose(reader: LaravelEnvReader, candidate: Candidate, formerly_ours: frozenset[str]) -> bytes:
    """The file with our keys set, everything else byte for byte as it is now."""
    candidate.require_read()
    file, _ = reader.read()
    return encode(edit(file.text, desired(candidate, reader.version, file, formerly_ours)))


def desired(
    candidate: Candidate, laravel: int, file: DotenvFile, formerly_ours: frozenset[str]
) -> Mapping[str, EnvValue]:
    """The value each of our keys has to have; None where it has to go."""
    keys: dict[str, EnvValue] = {pair.key: pair.value for pair in mail_keys(mail_keys_input(candidate), laravel)}
    for key in sorted(formerly_ours - keys.keys() - SHARED_KEYS):
        if file.occurrences(key):
            keys[key] = None
    return keys


def _operations(file: DotenvFile, changes: Mapping[str, EnvValue], secrets: SecretChanges) -> list[Operation]:
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
                after=_after(value),
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


def _after(value: EnvValue) -> str | None:
    if isinstance(value, Secret):
        return value.reference
    if value is LARAVEL_NULL:
        return "null"
    return None if value is None or isinstance(value, LaravelNull) else value


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _shadow_notes(changes: Mapping[str, EnvValue]) -> list[str]:
    """Variables of this process that would win over the file, if the application runs with the same ones."""
    shadowing = sorted(key for key in changes if key in os.environ)
    if not shadowing:
        return []
    names = ", ".join(shadowing)
    return [f"{names} in the process environment win over the file, if the application sees them too"]
