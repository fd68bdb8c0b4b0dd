"""Reading an application's `.env`, and planning against it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, cast

from kmconfig.errors import ConfigurationError, CouldNotCheck
from kmconfig.secrets.secret import Secret
from kmconfig.targets.candidate import SETTING_OF_KEY, mail_keys_input
from kmconfig.targets.dotenv import decode, parse
from kmconfig.targets.facts import facts_of
from kmconfig.targets.goal import Earlier
from kmconfig.targets.interface import NOTHING_WRITTEN, Capabilities, Comparison, LiveState
from kmconfig.targets.laravel_env.facts import live_facts
from kmconfig.targets.laravel_env.operations import operations
from kmconfig.targets.laravel_env.wanted import desired, earlier, kept
from kmconfig.targets.laravel_keys import SHARED_KEYS, capability_notes
from kmconfig.targets.laravel_version import detect_laravel_version
from kmconfig.targets.secret_changes import SecretChanges

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kmconfig.targets.dotenv import DotenvFile
    from kmconfig.targets.files.interface import Elsewhere, TargetFile
    from kmconfig.targets.files.ssh import SshFile
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import MailFacts
    from kmconfig.targets.laravel_keys import EnvValue
    from kmconfig.targets.secret_changes import Written

_SECRET_NAME = re.compile(
    r"(?:KEY|KEY_ID|PASSWD|PASSPHRASE|SALT|DSN|(?:DATABASE|MAIL|REDIS)_URL)$"
    r"|(?:PASSWORD|SECRET|TOKEN|CREDENTIALS?|WEBHOOK)(?:_|$)|(?:^|_)(?:PASS|PWD|PAT)$|(?:^|_)PRIVATE(?:_|$)"
)
_URL_WITH_LOGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#\s]+@")


class LaravelEnvReader:
    """Reads an application's `.env` and plans against it."""

    kind = "laravel_env"

    def __init__(self, file: TargetFile, *, laravel: str | int) -> None:
        self.file = file
        self.shown = f"{file.place}:{file.shown}" if file.place else file.shown
        self.identity = f"laravel_env:{self.shown}"
        self.capabilities = Capabilities(compare_and_set=False, others=file.limits, remarks=file.limits)
        self._laravel = laravel

    @property
    def folder(self) -> Path:
        """The application's folder, where its commands run."""
        return self.file.folder

    @property
    def elsewhere(self) -> Elsewhere | None:
        """Where its commands run when that is another machine."""
        return cast("SshFile", self.file) if self.file.place else None

    @property
    def version(self) -> int:
        """The application's major version of Laravel.

        Raises ConfigurationError when it is `auto` and composer.lock does not say.
        """
        if isinstance(self._laravel, int):
            return self._laravel
        lock = self.file.beside("composer.lock")
        if lock is None:
            raise ConfigurationError(
                f"`laravel: auto` needs composer.lock beside `{self.shown}`, and there is none",
                help="set `target.laravel_env.laravel` to the application's major version, 8 to 13",
            )
        return detect_laravel_version(lock.decode("utf-8", "replace"))

    def live(self) -> LiveState:
        """Read the file."""
        file, base = self.read()
        return LiveState(base=base, facts=live_facts(file))

    def live_secrets(self) -> tuple[Secret, ...]:
        """What the file holds under names of secrets, and URLs with a login; those of the whole application."""
        file, _ = self.read()
        return tuple(
            Secret(entry.value, reference=f"live {entry.key}")
            for entry in file.entries
            if entry.value and (_SECRET_NAME.search(entry.key) or _URL_WITH_LOGIN.match(entry.value))
        )

    def read(self) -> tuple[DotenvFile, str]:
        """The parsed file and the token of its state.

        Raises CouldNotCheck where there is none, or it cannot be read; ConfigurationError where the
        application itself could not read it.
        """
        data, base = self.file.read()
        if data is None:
            raise CouldNotCheck(
                f"there is no `{self.shown}`",
                help="`~` stands for no folder here: write the path from `/`"
                if self.file.shown.startswith("~")
                else "name the application's `.env` in `target.laravel_env.path`, or create the file first",
            )
        self.file.require_whole(data)
        try:
            return parse(decode(data)), base
        except ConfigurationError as error:
            raise CouldNotCheck(f"`{self.shown}`: {error.message}", help=error.help) from None

    def earlier_secrets(self, goal: Earlier) -> Mapping[str, Secret]:
        """What a snapshot holds under keys of secrets."""
        values = earlier(goal)
        return {SETTING_OF_KEY.get(key, key): value for key, value in values.items() if isinstance(value, Secret)}

    def compare(
        self,
        goal: Goal,
        *,
        formerly_ours: frozenset[str] = frozenset(),
        written: Mapping[str, Written] = NOTHING_WRITTEN,
    ) -> Comparison:
        """Say which keys would change."""
        file, base = self.read()
        changes = desired(goal, lambda: self.version, file, formerly_ours)
        found = operations(file, changes, SecretChanges(goal, written))
        return Comparison(
            live=LiveState(base=base, facts=live_facts(file)),
            operations=tuple(found),
            kept=kept(changes),
            facts=self._facts(goal),
            notes=(*self._shadow_notes(changes), *self._capability_notes(goal)),
            shared_changes=tuple(op.key for op in found if op.key in SHARED_KEYS and op.action == "change"),
        )

    def _facts(self, goal: Goal) -> MailFacts:
        return (
            live_facts(parse(decode(goal.snapshot or b""))) if isinstance(goal, Earlier) else facts_of(goal.environment)
        )

    def _capability_notes(self, goal: Goal) -> tuple[str, ...]:
        return () if isinstance(goal, Earlier) else capability_notes(mail_keys_input(goal), self.version)

    def _shadow_notes(self, changes: Mapping[str, EnvValue]) -> list[str]:
        """Variables of this process that would win over the file, if the application runs with the same ones."""
        shadowing = sorted(key for key in changes if key in os.environ) if not self.file.place else []
        if not shadowing:
            return []
        names = ", ".join(shadowing)
        return [f"{names} in the process environment win over the file, if the application sees them too"]
