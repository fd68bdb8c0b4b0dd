"""The commands that make the application use its settings, and with which it proves that it does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kmconfig.deploy.commands import run_command, run_elsewhere
from kmconfig.deploy.steps import StepFailed
from kmconfig.environment.stores import stores_of
from kmconfig.mail.account import secret_references
from kmconfig.secrets.child_environment import scrubbed_environment
from kmconfig.targets.registry import commands_of, elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.deploy.commands import CommandResult
    from kmconfig.deploy.work import Work
    from kmconfig.secrets.masker import Masker

Commands = tuple[tuple[str, ...], ...]


class ProofCommands:
    """Runs them where the target lies. ``timeout`` is for each command, in seconds."""

    def __init__(self, work: Work, *, masker: Masker, timeout: float) -> None:
        self._work = work
        self._masker = masker
        self._timeout = timeout
        self._told = 0  # so many reload commands may have told the application of the new settings
        self.reload: Commands = commands_of(work.environment, "reload")
        self.verify: Commands = commands_of(work.environment, "verify")

    def activate(self, say: Callable[[str], None]) -> None:
        """Tell the application to read its settings anew. Raises StepFailed."""
        for number, command in enumerate(self.reload):
            self._told = number + 1
            try:
                self.run(command)
            except StepFailed:
                self._told = number
                raise
        say(joined(self.reload))

    def prove(self, say: Callable[[str], None]) -> None:
        """Let the application prove that it uses its settings. Raises StepFailed."""
        for command in self.verify:
            self.run(command)
        say(joined(self.verify))

    def reload_again(self, *, all_commands: bool) -> str:
        """Tell the application that the settings are the old ones, and return what was done.

        Without ``all_commands`` those that have not told it of the new ones need not succeed.
        Raises StepFailed for others.
        """
        for number, command in enumerate(self.reload):
            try:
                self.run(command)
            except StepFailed as failed:
                if all_commands or number < self._told:
                    raise
                return f"{joined(self.reload[:number])}; {failed.reason}, as before".removeprefix("; ")
        return joined(self.reload)

    def run(self, command: tuple[str, ...]) -> None:
        """Run one command, without secrets in its environment. Raises StepFailed."""
        result = self.result_of(command)
        if not result.ok:
            raise StepFailed(f"`{' '.join(command)}` {result.detail}")

    def result_of(self, command: tuple[str, ...], *, seen: Callable[[str], None] | None = None) -> CommandResult:
        """Run one command, and say how it ended. ``seen`` gets what it has printed as it is, secrets included."""

        def shown(text: str) -> str:
            if seen is not None:
                seen(text)
            return self.mask(text)

        environment, folder, remote = self._work.environment, self._work.reader.folder, elsewhere(self._work.reader)
        if remote is not None:
            return run_elsewhere(command, folder=remote, mask=shown, timeout=self._timeout)
        if folder is None:
            raise ValueError("a target with commands has a folder to run them in")
        references = secret_references(environment)
        environ = scrubbed_environment(os.environ, references, stores=stores_of(environment))
        return run_command(command, folder=folder, environ=environ, mask=shown, timeout=self._timeout)

    def mask(self, text: str) -> str:
        """What may be told of a text. Of a secret too short to be masked nobody can say that it is not in there."""
        candidate = self._work.candidate
        secrets = candidate.secrets.values() if candidate is not None else ()
        if any(secret.reference in self._masker.unmaskable for secret in secrets):
            return "(what it printed is not shown: a secret is too short to be masked)" if text.strip() else ""
        return self._masker.mask(text)


def joined(commands: Commands) -> str:
    """Commands as people write them."""
    return "; ".join(" ".join(command) for command in commands)
