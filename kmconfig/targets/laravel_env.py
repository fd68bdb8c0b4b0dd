"""The `.env` of a Laravel application as a target."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kmconfig.errors import ConfigurationError, CouldNotCheck, Refused
from kmconfig.secrets.secret import Secret
from kmconfig.targets.atomic import replace_file, sweep_temporaries
from kmconfig.targets.candidate import SETTING_OF_KEY, mail_keys_input
from kmconfig.targets.dotenv import LARAVEL_NULL, DotenvFile, LaravelNull, decode, edit, encode, parse
from kmconfig.targets.file_access import read_target
from kmconfig.targets.interface import Action, Candidate, Comparison, LiveState, Operation, WritePermit
from kmconfig.targets.keeping import Keeping
from kmconfig.targets.laravel_keys import SECRET_KEYS, SHARED_KEYS, capability_notes, mail_keys
from kmconfig.targets.laravel_version import detect_laravel_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kmconfig.targets.laravel_keys import EnvValue


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
        file, base = self.read()
        mailer = file.laravel("MAIL_MAILER")
        host = file.laravel("MAIL_HOST") if mailer in (None, "smtp") else None
        return LiveState(base=base, host=host if isinstance(host, str) and host else None)

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

    def compare(self, candidate: Candidate, *, formerly_ours: frozenset[str] = frozenset()) -> Comparison:
        """Say which keys would change."""
        file, _ = self.read()
        changes = desired(candidate, self.version, file, formerly_ours)
        operations = tuple(_operations(file, changes))
        return Comparison(
            live=self.live(),
            operations=operations,
            keys=tuple(key for key, value in changes.items() if value is not None),
            notes=(*_shadow_notes(changes), *capability_notes(mail_keys_input(candidate), self.version)),
            shared_changes=tuple(op.key for op in operations if op.key in SHARED_KEYS and op.action == "change"),
        )


class LaravelEnvWriter:
    """Writes an application's `.env`: only the keys that are ours, everything else byte for byte as it was."""

    def __init__(self, reader: LaravelEnvReader, permit: WritePermit) -> None:
        self._reader = reader
        self._permit = permit
        self._keeping = Keeping(reader.path)

    def snapshot(self, run: str) -> Path:
        """Keep the file as it is."""
        data, base = read_target(self._reader.path, self._reader.shown)
        self._require_base(base)
        return self._keeping.snapshot(run, data or b"")

    def write(self, candidate: Candidate, *, formerly_ours: frozenset[str] = frozenset()) -> None:
        """Set our keys."""
        sweep_temporaries(self._reader.path)
        file, base = self._reader.read()
        changes = desired(candidate, self._reader.version, file, formerly_ours)
        result = encode(edit(file.text, changes))
        self._require_base(base)
        replace_file(self._reader.path, result)

    def restore(self, snapshot: Path) -> None:
        """Put the file back as a snapshot holds it."""
        replace_file(self._reader.path, snapshot.read_bytes())

    def holds(self, snapshot: Path) -> bool:
        """Whether the file is what the snapshot holds, byte for byte."""
        data, _ = read_target(self._reader.path, self._reader.shown)
        return data == snapshot.read_bytes()

    def _require_base(self, base: str) -> None:
        if base != self._permit.base:
            raise Refused(
                f"`{self._reader.shown}` changed after it was compared with the files",
                help="somebody else writes this file; run the command again",
            )


def desired(
    candidate: Candidate, laravel: int, file: DotenvFile, formerly_ours: frozenset[str]
) -> Mapping[str, EnvValue]:
    """The value each of our keys has to have; None where it has to go."""
    keys: dict[str, EnvValue] = {pair.key: pair.value for pair in mail_keys(mail_keys_input(candidate), laravel)}
    for key in sorted(formerly_ours - keys.keys() - SHARED_KEYS):
        if file.occurrences(key):
            keys[key] = None
    return keys


def _operations(file: DotenvFile, changes: Mapping[str, EnvValue]) -> list[Operation]:
    found = []
    for key, value in changes.items():
        if edit(file.text, {key: value}) == file.text:
            continue
        action: Action = "remove" if value is None else "change" if file.occurrences(key) else "add"
        secret = key in SECRET_KEYS or isinstance(value, Secret)
        found.append(
            Operation(
                setting=SETTING_OF_KEY.get(key, key),
                key=key,
                action=action,
                before=_before(file, key, secret=secret) if action != "add" else None,
                after=_after(value),
                secret=secret,
            )
        )
    return found


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
