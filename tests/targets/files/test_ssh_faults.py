"""What can be wrong between here and the other machine; nothing was changed then, and the message says what helps."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import ConfigurationError, CouldNotCheck
from kmconfig.targets.files import ssh_connection
from kmconfig.targets.files.ssh_address import SshAddress
from kmconfig.targets.files.ssh_connection import SshConnection
from tests.servers.requirements import require
from tests.servers.sshd import Wire, make_key
from tests.targets.files.remote import connect, held, reach

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.sshd import Sshd


def failure(connection: SshConnection, path: Path) -> CouldNotCheck:
    with pytest.raises(CouldNotCheck) as caught:
        reach(connection, path / ".env")[0].read()
    assert caught.value.help
    assert not isinstance(caught.value.__context__, CouldNotCheck)
    return caught.value


def test_a_host_key_that_changed(sshd: Sshd, tmp_path: Path) -> None:
    make_key(tmp_path / "other")
    kind, key, *_ = (tmp_path / "other.pub").read_text(encoding="ascii").split()
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{sshd.port} {kind} {key}\n", encoding="ascii")
    error = failure(connect(sshd, known_hosts=tmp_path / "known_hosts"), tmp_path)
    assert "its host key is not the one that is known" in error.message


def test_a_host_key_that_nobody_knows(sshd: Sshd, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.touch()
    assert "its host key is not known" in failure(connect(sshd, known_hosts=known), tmp_path).message
    assert known.read_bytes() == b""


def test_a_login_that_is_refused(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK")
    connection = SshConnection(SshAddress.parse(f"nobody@127.0.0.1:{sshd.port}"), known_hosts=sshd.known_hosts)
    assert "does not accept the login" in failure(connection, tmp_path).message


def test_a_port_where_nobody_listens(sshd: Sshd, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "cannot be reached" in failure(connect(sshd, port=port), tmp_path).message


class BusyWire(Wire):
    """A server that ends its first connections without a greeting."""

    def __init__(self, port: int, *, refusals: int) -> None:
        self.refusals = refusals
        super().__init__(port)

    def _accept(self) -> None:
        with suppress(OSError):
            while self.refusals:
                self._listener.accept()[0].close()
                self.refusals -= 1
            super()._accept()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh_connection, "_PAUSES", (0.0, 0.0))


@pytest.mark.usefixtures("at_once")
def test_a_server_that_is_busy_at_first(sshd: Sshd, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=1\n")
    with BusyWire(sshd.port, refusals=2) as wire:
        sshd.know(wire.port)
        assert reach(connect(sshd, port=wire.port), tmp_path / ".env")[0].read()[0] == b"A=1\n"
        assert wire.refusals == 0


@pytest.mark.usefixtures("at_once")
def test_a_server_that_stays_busy(sshd: Sshd, tmp_path: Path) -> None:
    with BusyWire(sshd.port, refusals=100) as wire:
        sshd.know(wire.port)
        assert "was lost" in failure(connect(sshd, port=wire.port), tmp_path).message
        assert wire.refusals == 100 - 3


def test_a_name_that_nobody_has(sshd: Sshd, tmp_path: Path) -> None:
    connection = SshConnection(SshAddress.parse("web1.acme.invalid"), known_hosts=sshd.known_hosts)
    assert "there is no machine of this name" in failure(connection, tmp_path).message


def test_no_client(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "OpenSSH's client cannot be run" in failure(connect(sshd), tmp_path).message


@pytest.mark.parametrize(
    "text",
    [
        "-oProxyCommand=id",
        "deploy@-oProxyCommand=id",
        "-l@web1.acme.example",
        "web1.acme.example -p 22",
        "deploy@web1.acme.example:0",
        "web1.acme.example:70000",
        "a@b@web1.acme.example",
        "web1;id",
        "$(id)",
        "%h",
        "web1\n",
        "",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ConfigurationError):
        SshAddress.parse(text)


@pytest.mark.parametrize(
    ("text", "place", "arguments"),
    [
        ("Web1", "web1", ("--", "web1")),
        ("deploy@web1.acme.example", "web1.acme.example", ("-l", "deploy", "--", "web1.acme.example")),
        ("web1.acme.example:2222", "web1.acme.example:2222", ("-p", "2222", "--", "web1.acme.example")),
        ("root@[2001:DB8::1]:22", "[2001:db8::1]:22", ("-l", "root", "-p", "22", "--", "2001:db8::1")),
    ],
)
def test_an_address(text: str, place: str, arguments: tuple[str, ...]) -> None:
    address = SshAddress.parse(text)
    assert (address.place, address.arguments()) == (place, arguments)


def test_a_path_of_known_hosts_that_ssh_would_read_otherwise(sshd: Sshd, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        reach(connect(sshd, known_hosts=tmp_path / "%h"), tmp_path / ".env")[0].read()


def machine_with(folder: Path, monkeypatch: pytest.MonkeyPatch, begin: str, *without: str) -> None:
    """Let `ssh` run its command here, after ``begin``, where some tools are not installed."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("sh", "cat", "stat", "readlink", "flock", "setsid", "mktemp", "mkdir", "ls", "head", "chmod", "tail"):
        found = shutil.which(name)
        assert found is not None
        if name not in without:
            (tools / name).symlink_to(found)
    ssh = folder / "bin/ssh"
    ssh.parent.mkdir()
    ssh.write_text(f'#!/bin/sh\nfor last; do :; done\nPATH={tools}\n{begin}\neval "$last"\n', encoding="utf-8")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}:{os.environ['PATH']}")


@pytest.mark.parametrize("tool", ["flock", "setsid", "stat", "readlink", "mktemp"])
def test_a_tool_that_is_not_there(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str) -> None:
    (tmp_path / "app").mkdir()
    machine_with(tmp_path, monkeypatch, "", tool)
    keeper = reach(connect(sshd), tmp_path / "app/.env")[1].keeper()
    with pytest.raises(CouldNotCheck, match=tool if tool != "readlink" else "there is no folder|readlink"):
        keeper.ensure()
    assert list((tmp_path / "app").iterdir()) == []


def test_a_login_that_prints_something_first(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_bytes(b"A=1\n")
    machine_with(tmp_path, monkeypatch, "echo; echo 'Welcome'; echo 'and a good day' >&2")
    file, writer = reach(connect(sshd), tmp_path / ".env")
    assert file.read()[0] == b"A=1\n"
    with held(writer) as fence:
        fence.check()


def test_a_login_that_runs_nothing(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine_with(tmp_path, monkeypatch, "echo 'This account is not available.'; exit 1")
    message = failure(connect(sshd), tmp_path).message
    assert "does not run commands for this login: it printed something else" in message


@pytest.mark.timeout(9)
def test_a_login_that_prints_without_an_end(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine_with(tmp_path, monkeypatch, "while cat /bin/sh; do :; done")
    connection = connect(sshd)
    assert "it answered without an end" in failure(connection, tmp_path).message
    with pytest.raises(CouldNotCheck, match="without an end"):
        connect(sshd).run(("true",), folder=str(tmp_path), timeout=20)


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """A small file system of its own."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a file system of one's own can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_no_room_on_the_disk(sshd: Sshd, tmp_path: Path) -> None:
    with mounted(tmp_path / "full", "size=256k") as folder:
        path = folder / ".env"
        path.write_bytes(b"A=1\n")
        writer = reach(connect(sshd), path)[1]
        with held(writer), pytest.raises(CouldNotCheck, match="no space left on device") as caught:
            writer.replace(b"x" * 1_000_000)
        assert caught.value.help == "make room on its disk"
        assert path.read_bytes() == b"A=1\n"
        assert sorted(found.name for found in folder.iterdir()) == [".env", ".kmconfig"]


def test_a_file_system_that_is_read_only(sshd: Sshd, tmp_path: Path) -> None:
    with mounted(tmp_path / "read-only", "size=256k") as folder:
        (folder / ".env").write_bytes(b"A=1\n")
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        file, writer = reach(connect(sshd), folder / ".env")
        assert file.read()[0] == b"A=1\n"
        for attempt in (writer.try_replace, writer.keeper().ensure):
            with pytest.raises(CouldNotCheck, match="read-only file system"):
                attempt()


def test_a_file_that_is_mounted_alone(sshd: Sshd, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"A=1\n")
    if os.geteuid() != 0 or subprocess.run(["mount", "--bind", str(path), str(path)], check=False).returncode:
        pytest.skip("only root can mount a file")
    try:
        writer = reach(connect(sshd), path)[1]
        with held(writer):
            for attempt in (writer.try_replace, partial(writer.replace, b"A=2\n")):
                with pytest.raises(CouldNotCheck, match="device or resource busy") as caught:
                    attempt()
                assert "mount its folder instead" in str(caught.value.help)
    finally:
        subprocess.run(["umount", str(path)], check=True)
    assert path.read_bytes() == b"A=1\n"
    assert list(tmp_path.glob("*kmconfig-tmp*")) == []


def test_small_tools_are_enough(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """BusyBox, as in Alpine's images; Debian's has no `flock`."""
    require("BusyBox", programs=("busybox",), packages="busybox")
    busybox = shutil.which("busybox")
    assert busybox is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "tools").mkdir()
    applets = subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True).stdout.split()
    for name in {*applets, "flock"}:
        (tmp_path / "tools" / name).symlink_to(busybox if name in applets else shutil.which(name) or name)
    ssh = tmp_path / "bin/ssh"
    ssh.write_text(
        "#!/usr/bin/python3\nimport os, shlex, sys\n"
        "words = shlex.split(sys.argv[-1])[2:]\n"
        f"os.environ['PATH'] = {str(tmp_path / 'tools')!r}\n"
        f"os.execv({busybox!r}, ['sh', *words])\n",
        encoding="utf-8",
    )
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}:{os.environ['PATH']}")
    path = tmp_path / "app/.env"
    path.parent.mkdir()
    path.write_bytes(b"A=1\n")
    path.chmod(0o640)
    file, writer = reach(connect(sshd), path)
    with held(writer) as fence:
        fence.check()
        before = file.read()
        assert before[0] == b"A=1\n"
        writer.replace(b"A=2\n")
        assert file.read()[1] != before[1]
        assert writer.keeper().keep("20260101T000000Z-0ab", b"A=1\n") == "env.20260101T000000Z-0ab"
        writer.keeper().prune()
        writer.sweep()
        assert file.run(("sh", "-c", "pwd; exit 4"), timeout=20).code == 4
        late = file.run(("sleep", "100"), timeout=0.2)
        assert late.code is None
    assert path.read_bytes() == b"A=2\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_connection_that_is_lost_at_the_lock(sshd: Sshd, tmp_path: Path) -> None:
    with Wire(sshd.port) as wire:
        sshd.know(wire.port)
        writer = reach(connect(sshd, port=wire.port), tmp_path / ".env")[1]
        writer.keeper().journal()
        wire.cut_after(0)
        with pytest.raises(CouldNotCheck, match="was lost") as caught:
            writer.keeper().ensure()
    assert "cannot be kept" not in caught.value.message
    assert str(caught.value.help).startswith("run the command again")


def test_no_room_for_temporary_files_here(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    assert "no temporary file can be made on this machine" in failure(connect(sshd), tmp_path).message


def test_an_answer_that_does_not_arrive_as_a_whole(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is room here for a part of the file only."""
    (tmp_path / ".env").write_bytes(b"x" * 1_000_000)
    file = reach(connect(sshd), tmp_path / ".env")[0]
    with mounted(tmp_path / "small", "size=256k") as folder:
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        with pytest.raises(CouldNotCheck):
            file.read()


def test_what_killed_runs_leave_here_is_removed(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names = ("kmconfig-ssh-killed00", "kmconfig-ssh-recent00", "kmconfig-ssh-listens0", "kmconfig-ssh-of-others")
    killed, recent, listens, others = (tmp_path / name for name in names)
    for folder in (killed, recent, listens, others):
        folder.mkdir()
    with socket.socket(socket.AF_UNIX) as dead, socket.socket(socket.AF_UNIX) as alive:
        dead.bind(str(killed / "s"))
        alive.bind(str(listens / "s"))
        alive.listen()
        dead.close()
        for folder in (killed, listens, others):
            os.utime(folder, (0, 0))
        connection = connect(sshd)
        assert reach(connection, tmp_path / ".env")[0].read()[0] is None
        left = {path.name for path in tmp_path.glob("kmconfig-*")}
    assert killed.name not in left
    assert len(left - {recent.name, listens.name, others.name}) == 1
    assert {recent.name, listens.name, others.name} < left
