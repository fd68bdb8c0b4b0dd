"""One connection to another machine, by OpenSSH's own client, for as long as this run needs it."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import subprocess
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from kmconfig.errors import ConfigurationError, CouldNotCheck
from kmconfig.secrets.interrupts import interrupts_held
from kmconfig.targets.files.interface import Ended
from kmconfig.targets.files.ssh_faults import is_turned_away, transport_fault
from kmconfig.targets.files.ssh_scripts import RUN
from kmconfig.targets.files.temporary import SOCKET, socket_folder, temporary_file
from kmconfig.targets.files.waiting import LARGEST_OUTPUT, are_too_long, ends

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.targets.files.ssh_address import SshAddress

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60.0
_LINGER_SECONDS = 15
_LOST = 255
_PAUSES = (0.5, 1.0, 2.0, 4.0)  # before a busy server is asked again; each varies by half of it
_LONGEST_SOCKET = 90  # of some 104 bytes; ssh adds a suffix while it opens the socket

#: What ssh itself needs of this process's environment; nothing else could be forwarded by anybody's configuration.
_ENVIRONMENT = ("HOME", "KRB5CCNAME", "LOGNAME", "PATH", "SSH_AUTH_SOCK", "TMPDIR", "USER", "XDG_RUNTIME_DIR")

_OPTIONS = {
    "BatchMode": "yes",
    "StrictHostKeyChecking": "yes",
    "UpdateHostKeys": "no",
    "ConnectTimeout": str(CONNECT_SECONDS),
    "ServerAliveInterval": "5",
    "ServerAliveCountMax": "3",
    "LogLevel": "ERROR",
    "ClearAllForwardings": "yes",
    "ForwardAgent": "no",
    "ForwardX11": "no",
    "PermitLocalCommand": "no",
    "RequestTTY": "no",
    "RemoteCommand": "none",
    "EscapeChar": "none",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a script ended, what it printed, and what it or its tools complained about."""

    code: int
    out: bytes
    said: str

    @property
    def is_too_long(self) -> bool:
        """Whether it is more than any script prints."""
        return max(len(self.out), len(self.said)) > LARGEST_OUTPUT


class SshConnection:
    """Runs scripts there. ``known_hosts`` is a file with the only host keys that count, else those of the user do.

    All of a run goes through one connection, which ends with it. Once that is lost nothing more is asked: what was
    under way may still be going on there, and only the next run, which gets the lock, can know what came of it.
    """

    def __init__(self, address: SshAddress, *, known_hosts: Path | None = None) -> None:
        self.address = address
        self.lock: tuple[str, str] = ("", "")  # the file, and what tells this run's holding of it from others
        self._folder: Path | None = None
        self._known_hosts = known_hosts
        self._lost: CouldNotCheck | None = None

    @property
    def place(self) -> str:
        """The machine."""
        return self.address.place

    def ask(self, script: str, *words: str, data: bytes = b"") -> Answer:
        """Run a script to its end. Raises CouldNotCheck where the connection fails or it does not end in time."""
        mark = secrets.token_hex(8)
        ended = self._ask_once(script, *words, mark=mark, data=data)
        for pause in _PAUSES:
            if ended.code != _LOST or ended.out or not is_turned_away(ended.said):
                break
            time.sleep(pause * (0.5 + secrets.randbelow(1000) / 1000))
            ended = self._ask_once(script, *words, mark=mark, data=data)
        return self._answer(ended, mark)

    def _ask_once(self, script: str, *words: str, mark: str, data: bytes) -> Answer:
        """What a script printed, its mark too, and how ssh ended."""
        with temporary_file() as out, temporary_file() as said:
            # An interrupt comes afterwards: what was half asked for would have an unknown end.
            with interrupts_held():
                process = self.start(script, *words, mark=mark, out=out, said=said)
                unsent = iter((data,))
                if not ends(
                    lambda seconds: process.communicate(next(unsent, None), seconds), ANSWER_SECONDS, out, said
                ):
                    process.kill()
                    process.wait()
            return _ended(process, out, said)

    def run(self, command: tuple[str, ...], *, folder: str, timeout: float) -> Ended:
        """Run an argument list in a folder; it is ended with all that it has started after so many seconds,
        or where it prints more than any command has reason to.

        Raises CouldNotCheck where the connection fails.
        """
        mark = secrets.token_hex(8)
        with temporary_file() as out, temporary_file() as said:
            with interrupts_held():
                process = self.start(RUN, str(LARGEST_OUTPUT), folder, *command, mark=mark, out=out, said=said)
            try:
                late = not ends(process.wait, timeout, out, said)
            finally:
                if are_too_long(out, said):
                    process.kill()
                _close(process)
            answer = self._answer(_ended(process, out, said), mark)
        printed, _, code = answer.out.rpartition(b"\n")
        output = printed.decode("utf-8", "replace")
        if not answer.code and code == b"more":
            return Ended(code=None, output=output, too_much=True)
        if answer.code or not code.isdigit():
            return Ended(code=answer.code or 1, output=answer.said)
        return Ended(code=None if late else int(code), output=output)

    def start(
        self, script: str, *words: str, mark: str, out: IO[bytes] | int, said: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        """Start a script that prints ``mark`` first. Raises CouldNotCheck."""
        if self._lost is not None:
            raise CouldNotCheck(self._lost.message, help=self._lost.help)
        command = shlex.join(("exec", "/bin/sh", "-c", script, mark, *words))
        try:
            return subprocess.Popen(
                ("ssh", *self._options(), *self.address.arguments(), command),
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=said,
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise CouldNotCheck(
                f"{self.place}: OpenSSH's client cannot be run: {error.strerror}", help="install it (`ssh`)"
            ) from None

    def _answer(self, ended: Answer, mark: str) -> Answer:
        _, marked, answer = ended.out.partition(f"{mark}\n".encode())
        if ended.is_too_long:
            raise self.lost("it answered without an end")
        if ended.code == _LOST or ended.code < 0:
            raise self.lost(ended.said if ended.code == _LOST else f"no answer within {ANSWER_SECONDS:g} s")
        if not marked:
            seen = "it printed something else" if ended.out.strip() else "it printed nothing"
            raise CouldNotCheck(
                f"{self.place} does not run commands for this login: {ended.said.strip()[-300:] or seen}",
                help="the login needs a POSIX shell, and no forced command",
            )
        return Answer(code=ended.code, out=answer, said=ended.said)

    def lost(self, said: str) -> CouldNotCheck:
        """Note that the connection is gone, and return the error that says so."""
        self._lost = transport_fault(self.place, said)
        return self._lost

    def _options(self) -> list[str]:
        options = dict(_OPTIONS)
        if self._known_hosts is not None:
            options |= {"UserKnownHostsFile": _quoted(self._known_hosts), "GlobalKnownHostsFile": "/dev/null"}
        socket = str(self._sockets() / SOCKET)
        if len(os.fsencode(socket)) <= _LONGEST_SOCKET:
            options |= {
                "ControlMaster": "auto",
                "ControlPath": socket,
                "ControlPersist": str(_LINGER_SECONDS),
            }
        return ["-T", "-x", "-a", *(word for name, value in options.items() for word in ("-o", f"{name}={value}"))]

    def _sockets(self) -> Path:
        """A folder of this run alone for the socket of its connection."""
        if self._folder is None:
            self._folder = socket_folder()
            weakref.finalize(self, _end, self._folder, self.address.arguments())
        return self._folder


def _end(folder: Path, arguments: tuple[str, ...]) -> None:
    """End the connection; one whose run was killed ends by itself."""
    with suppress(OSError, subprocess.TimeoutExpired):
        if (folder / SOCKET).exists():
            subprocess.run(
                ("ssh", "-o", f"ControlPath={folder / SOCKET}", "-O", "exit", *arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                env=_environment(),
                timeout=5,
            )
    shutil.rmtree(folder, ignore_errors=True)


def _close(process: subprocess.Popen[bytes]) -> None:
    """Let the other machine know that nobody waits any more, and wait for its last words."""
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
    try:
        process.wait(CONNECT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}


def _ended(process: subprocess.Popen[bytes], out: IO[bytes], said: IO[bytes]) -> Answer:
    return Answer(code=process.returncode, out=_content(out), said=_content(said).decode("utf-8", "replace"))


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(LARGEST_OUTPUT + 1)


def _quoted(path: Path) -> str:
    """A path as ssh's options take it, where blanks separate files and a few characters stand for others."""
    text = str(path)
    if any(character in text for character in '"%$\n'):
        raise ConfigurationError(
            f"`target.laravel_env.ssh_known_hosts`: the path {text} has a character that OpenSSH would replace",
            help="use a path without quotation marks, `%` and `$`",
        )
    return f'"{text}"'
