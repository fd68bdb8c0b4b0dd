"""A repository whose secrets are canaries, and what must never be seen of them."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.cli.running import write
from tests.meta.canary.lines import BEFORE, LINES, LOUD, WITHOUT_FORMAT, WITHOUT_OUTPUT
from tests.meta.canary.spellings import Canary

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.running import Call, Ran

VARIABLE = "KM_CANARY"
LOGIN_VARIABLE = "KM_CANARY_LOGIN"
VAULT_PATH = "keymanager/development/smtp"

REFERENCES = {
    "env": f"{{env: {VARIABLE}}}",
    "dotenv": "{dotenv: CANARY}",
    "file": "{file: canary.txt}",
    "vault": f"{{vault: '{VAULT_PATH}#password'}}",
    "aws_secret": "{aws_secret: 'keymanager/development/smtp#password'}",
    "ssm": "{ssm: /keymanager/development/smtp}",
}
LOCAL = ("env", "dotenv", "file")
REMOTE = ("vault", "aws_secret", "ssm")
SOURCES = (*LOCAL, *REMOTE)


@dataclass
class Scene:
    """A repository with an application, its mail server, and what must never be seen.

    ``canary`` is the password of the files, ``live`` that of the target, ``login`` what opens the stores.
    """

    root: Path
    call: Call
    log: io.StringIO
    canary: Canary = field(default_factory=Canary)
    live: Canary = field(default_factory=Canary)
    login: Canary = field(default_factory=lambda: Canary(plain=True))
    inputs: set[Path] = field(default_factory=set)
    stores: str = ""

    @property
    def env(self) -> Path:
        return self.root / "application" / ".env"

    def settings(self, port: int, *, source: str = "env", target: str | None = None, **more: str) -> None:
        """Write the environment `development`; ``more`` are further lines of its file."""
        wanted = target or f"laravel_env: {{path: {self.env}, laravel: 8{more.pop('commands', '')}}}"
        text = f"""\
version: 1
tier: development
email:
  smtp:
    host: localhost
    port: {port}
    username: apikey
    password: {REFERENCES[source]}
    timeout: 5s
  sender: {{email: licensing@acme.test}}
  test: {{recipients: [mail-test@acme.test]}}
target:
  {wanted}
{self.stores}"""
        write(self.root, {"environments/development.yaml": text + more.pop("text", "")})

    def lines(self, command: str, form: str) -> Iterator[tuple[str, ...]]:
        """The command lines of a command in a format, to stdout and to a file."""
        for words in LINES[command]:
            line = (*(word.format(root=self.root) for word in words), *LOUD, "-C", str(self.root))
            if command not in WITHOUT_FORMAT:
                line = (*line, "--format", form)
            yield line
            if command not in WITHOUT_OUTPUT:
                yield (*line, "--output", str(self.root / f"output-{command}"))

    def prepare(self, command: str) -> None:
        """Run what has to be there before a command."""
        if command in BEFORE:
            ran = self.call(*BEFORE[command], "-C", str(self.root))
            assert ran.code == 0, ran.err
            assert self.overheard(ran) == {}

    def overheard(self, *runs: Ran) -> dict[str, set[str]]:
        """Where anybody can read a canary, and how it is spelt there; a traceback counts as one.

        Only the target and its private snapshots may hold canaries.
        """
        said = {f"run {number}": f"{ran.out}\n{ran.err}" for number, ran in enumerate(runs)}
        found = {place: self.found_in(text) for place, text in said.items()}
        found |= {f"{place}'s traceback": {"Traceback"} for place, text in said.items() if "Traceback" in text}
        found["log"] = self.found_in(self.log.getvalue())
        for path in self.root.rglob("*"):
            found[str(path)] = self.found_in(str(path))
            if path.is_file() and not self.may_hold(path):
                found[str(path)] |= self.found_in(path.read_text(encoding="utf-8", errors="replace"))
        return {place: spellings for place, spellings in found.items() if spellings}

    def forget_log(self) -> None:
        """Forget what was logged so far, such as by clients that prepare a test."""
        self.log.seek(0)
        self.log.truncate()

    def found_in(self, text: str) -> set[str]:
        """The spellings of any canary that stand in a text."""
        return {found for canary in (self.canary, self.live, self.login) for found in canary.found_in(text)}

    def may_hold(self, path: Path) -> bool:
        if path.parent.name == "snapshots":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            return True
        return path == self.env or path in self.inputs


def lay_out_broken(scene: Scene, text: str) -> None:
    """Write an environment in which a canary may stand."""
    write(scene.root, {"environments/development.yaml": text})
    scene.inputs.add(scene.root / "environments/development.yaml")
