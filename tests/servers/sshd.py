"""Debian's sshd on loopback, for the user who runs the tests, with keys of its own and an agent that knows one."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.servers.ports import choose_port
from tests.servers.requirements import find_program, require

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AcceptEnv *
PrintMotd no
Banner {folder}/banner
SetEnv SHLVL=2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sshd:
    """``known_hosts`` has the host key, ``agent`` is the socket of an agent with a key that may log in."""

    port: int
    folder: Path
    agent: Path

    @property
    def known_hosts(self) -> Path:
        """The file with the only host key that counts."""
        return self.folder / "known_hosts"

    @property
    def ssh(self) -> str:
        """What `target.laravel_env.ssh` says."""
        return f"{getpass.getuser()}@127.0.0.1:{self.port}"

    def know(self, port: int) -> None:
        """Let the host key count for another port too."""
        kind, key, *_ = (self.folder / "host_key.pub").read_text(encoding="ascii").split()
        with self.known_hosts.open("a", encoding="ascii") as file:
            file.write(f"[127.0.0.1]:{port} {kind} {key}\n")


@contextmanager
def run_sshd(folder: Path) -> Iterator[Sshd]:
    """Run one; skips the test where OpenSSH's server is not installed."""
    require(
        "sshd", programs=("sshd", "ssh", "ssh-keygen", "ssh-agent", "flock"), packages="openssh-server openssh-client"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd insists on it; packages make it when a service starts
    for name in ("host_key", "login_key"):
        make_key(folder / name)
    (folder / "authorized_keys").write_bytes((folder / "login_key.pub").read_bytes())
    (folder / "banner").write_text("Only for those who may\n", encoding="ascii")
    sshd = Sshd(port=choose_port(), folder=folder, agent=folder / "agent")
    (folder / "sshd_config").write_text(_CONFIG.format(port=sshd.port, folder=folder), encoding="utf-8")
    sshd.know(sshd.port)
    with ExitStack() as running:
        _agent(sshd, running)
        program = find_program("sshd") or "sshd"
        log = running.enter_context((folder / "log").open("wb"))
        process = subprocess.Popen([program, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log)
        running.callback(_stop, process)
        _wait(sshd.port, process, folder / "log")
        yield sshd


def make_key(path: Path) -> None:
    """Make a pair of keys."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)


def _agent(sshd: Sshd, running: ExitStack) -> None:
    process = subprocess.Popen(
        ["ssh-agent", "-D", "-a", str(sshd.agent)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    running.callback(_stop, process)
    assert process.stdout is not None
    running.callback(process.stdout.close)
    process.stdout.readline()  # it says where its socket is once that is there
    environ = {**os.environ, "SSH_AUTH_SOCK": str(sshd.agent)}
    subprocess.run(["ssh-add", "-q", str(sshd.folder / "login_key")], check=True, env=environ)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1000):
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=5) as tried:
            assert tried.recv(4) == b"SSH-"
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
            break
    raise RuntimeError(f"sshd does not start: {log.read_text(encoding='utf-8', errors='replace')}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(10)


class Wire:
    """A port that leads to another, until it is cut: at once, or after so many bytes to the server."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._left: int | None = None
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)

    def cut_after(self, size: int) -> None:
        """Cut it when so many more bytes have gone to the server."""
        self._left = size

    def cut(self) -> None:
        """Cut it."""
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._to))
            self._ends += [client, server]
            for source, sink, counted in ((client, server, True), (server, client, False)):
                thread = threading.Thread(target=self._carry, args=(source, sink, counted), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _carry(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(16384):
                if counted and self._left is not None:
                    self._left -= len(data)
                    if self._left < 0:
                        self.cut()
                        break
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()
