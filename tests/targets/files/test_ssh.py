"""Files of another machine, by the real client and server of OpenSSH."""

from __future__ import annotations

import gc
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck, Locked
from kmconfig.targets.keeping.interface import LeaseLost
from tests.servers.sshd import Wire
from tests.targets.files.remote import RUN, connect, held, reach
from tests.targets.test_atomic import ACL, access_list, set_access_list

if TYPE_CHECKING:
    from kmconfig.targets.files.ssh_connection import SshConnection
    from tests.servers.sshd import Sshd

NAMES = (".env", "-n", "a file's $(touch own).env", 'quoted "and" `ticked`', "ünïcode ☃", "back\\slash\\n", "*")


@pytest.fixture
def connection(sshd: Sshd) -> SshConnection:
    return connect(sshd)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_it_is_called(connection: SshConnection, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    content = bytes(range(256)) * 40 + b"no line end"
    path.write_bytes(content)
    path.chmod(0o640)
    file, writer = reach(connection, path)
    read, token = file.read()
    assert read == content
    with held(writer):
        writer.try_replace()
        assert file.read() == (content, token)
        writer.replace(b"new\n")
    assert path.read_bytes() == b"new\n"
    assert file.read()[1] != token
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(found.name for found in tmp_path.iterdir()) == sorted((name, ".kmconfig"))


def test_a_symbolic_link_stays(connection: SshConnection, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    real, link = tmp_path / "shared/.env", tmp_path / ".env"
    real.write_bytes(b"A=1\n")
    link.symlink_to(real)
    file, writer = reach(connection, link)
    assert file.read()[0] == b"A=1\n"
    with held(writer):
        writer.replace(b"A=2\n")
    assert link.is_symlink()
    assert real.read_bytes() == b"A=2\n"
    assert (tmp_path / "shared/.kmconfig/env.lock").exists()


def test_what_is_not_there(connection: SshConnection, tmp_path: Path) -> None:
    file, writer = reach(connection, tmp_path / ".env")
    assert file.read() == (None, "absent")
    assert (file.beside("composer.lock"), file.owns("artisan")) == (None, None)
    keeper = writer.keeper()
    assert (keeper.journal(), keeper.owner()) == (None, None)
    assert list(tmp_path.iterdir()) == []
    with held(writer):
        writer.replace(b"A=1\n")
        assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
        writer.remove()
    assert not (tmp_path / ".env").exists()


def test_a_folder_that_is_not_there(connection: SshConnection, tmp_path: Path) -> None:
    file, writer = reach(connection, tmp_path / "none/app/.env")
    assert file.read() == (None, "absent")
    assert writer.keeper().journal() is None
    with pytest.raises(CouldNotCheck, match="there is no folder"):
        writer.keeper().ensure()


@pytest.mark.parametrize("kind", ["folder", "fifo", "large"])
def test_what_is_no_file_to_read(connection: SshConnection, tmp_path: Path, kind: str) -> None:
    path = tmp_path / ".env"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        with path.open("wb") as file:
            file.truncate(5 * 1024 * 1024)
    with pytest.raises(CouldNotCheck, match="larger than 4 MiB" if kind == "large" else "not a regular file"):
        reach(connection, path)[0].read()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays(connection: SshConnection, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"A=1\n")
    os.chown(path, 12345, 12346)
    path.chmod(0o460)
    file, writer = reach(connection, path)
    assert file.owns(".env") is False
    with held(writer):
        writer.replace(b"A=2\n")
    status = path.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (12345, 12346, 0o460)


def test_a_file_that_its_owner_may_only_read(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() == 0:  # who may write everything, unless it is taken away
        ssh = tmp_path / "bin/ssh"
        ssh.parent.mkdir()
        ssh.write_text(
            "#!/bin/sh\nfor last; do :; done\n"
            'exec setpriv --bounding-set=-dac_override,-dac_read_search sh -c "$last"\n',
            encoding="utf-8",
        )
        ssh.chmod(0o755)
        monkeypatch.setenv("PATH", f"{ssh.parent}:{os.environ['PATH']}")
    path = tmp_path / "app/.env"
    path.parent.mkdir()
    path.write_bytes(b"A=1\n")
    path.chmod(0o400)
    writer = reach(connect(sshd), path)[1]
    with held(writer):
        writer.try_replace()
        writer.replace(b"A=2\n")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"A=2\n", 0o400)


def test_what_killed_runs_left_is_swept(connection: SshConnection, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"A=1\n")
    writer = reach(connection, path)[1]
    with held(writer):
        for name in (".env", ".kmconfig/env.journal.json", f".kmconfig/snapshots/env.{RUN}"):
            place = tmp_path / name
            (place.parent / f".{place.name}.kmconfig-tmp-0123456789ab").touch()
        stays = [tmp_path / "..env.kmconfig-tmp-not-ours", tmp_path / ".other.kmconfig-tmp-0123456789ab"]
        for other in stays:
            other.touch()
        writer.sweep()
        writer.keeper().sweep()
    assert sorted(tmp_path.rglob("*kmconfig-tmp*")) == sorted(stays)


def test_snapshots_and_journal(connection: SshConnection, tmp_path: Path) -> None:
    keeper = reach(connection, tmp_path / ".env")[1].keeper()
    runs = [f"2026010{day}T000000Z-0000000ab" for day in range(1, 8)]
    with held(reach(connection, tmp_path / ".env")[1]):
        names = [keeper.keep(run, None if run == runs[-1] else run.encode()) for run in runs]
        keeper.record(b"{}")
        keeper.mark("staging")
        assert (keeper.journal(), keeper.owner()) == (b"{}", "staging")
        keeper.close()
        keeper.prune()
    assert keeper.journal() is None
    kept = [keeper.kept(name) for name in names[2:]]
    assert kept == [*(run.encode() for run in runs[2:-1]), None]
    with pytest.raises(CouldNotCheck, match="it is not there"):
        keeper.kept(names[0])
    folder = tmp_path / ".kmconfig"
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / ".gitignore").read_text(encoding="ascii") == "*\n"


def test_a_folder_for_ours_that_leads_elsewhere(connection: SshConnection, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    (tmp_path / ".kmconfig").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CouldNotCheck, match="it is no folder"):
        reach(connection, tmp_path / ".env")[1].keeper().ensure()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_one_holds_the_lock(sshd: Sshd, tmp_path: Path) -> None:
    first, second = (reach(connect(sshd), tmp_path / ".env")[1] for _ in range(2))
    with held(first) as fence:
        with pytest.raises(Locked, match=rf"run {RUN} of `staging` by .* since ") as caught, held(second, "other"):
            pytest.fail("two hold it")
        assert not isinstance(caught.value, LeaseLost)
        fence.check()
    with held(second):
        second.replace(b"A=1\n")


def test_a_lock_that_is_gone_is_noticed_by_both_sides(connection: SshConnection, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    writer = reach(connection, path)[1]
    with held(writer) as fence:
        fence.check()
        fence._process.kill()
        fence._process.wait()
        with pytest.raises(CouldNotCheck, match=r"the session that holds the lock on .* was lost") as noticed:
            fence.check()
        assert noticed.value.exit_code == 5
        # The session's end reaches the other machine on its own time.
        while connection.ask('echo "$0"; flock -n "$1" true', str(tmp_path / ".kmconfig/env.lock")).code:
            pass
        # Nobody else has it, so this is a connection that was lost.
        with pytest.raises(CouldNotCheck, match=r"the session that holds the lock on .* was lost") as caught:
            writer.replace(b"A=1\n")
        assert str(caught.value) == str(noticed.value)
        assert "other run" not in str(caught.value.help)
        with pytest.raises(CouldNotCheck):
            writer.remove()
    assert not path.exists()


def test_another_run_that_has_the_lock_now(sshd: Sshd, tmp_path: Path) -> None:
    first, second = (reach(connect(sshd), tmp_path / ".env")[1] for _ in range(2))
    with held(first) as fence:
        fence._process.kill()
        fence._process.wait()
        while True:
            try:
                with held(second, "20260101T000000Z-0000000cd"), pytest.raises(LeaseLost, match="another run holds"):
                    first.replace(b"A=1\n")
            except Locked as error:
                if isinstance(error, LeaseLost):
                    raise
            else:
                break


def test_a_connection_that_is_cut_while_it_writes(sshd: Sshd, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"A=1\n")
    with Wire(sshd.port) as wire:
        sshd.know(wire.port)
        file, writer = reach(connect(sshd, port=wire.port), path)
        with held(writer) as fence:
            wire.cut_after(200_000)
            with pytest.raises(CouldNotCheck, match=r"the connection to .* was lost"):
                writer.replace(b"x" * 1_000_000)
            # What came of it only a run can tell that gets the lock anew.
            with pytest.raises(CouldNotCheck, match="was lost"):
                file.read()
            with pytest.raises(CouldNotCheck, match="the session that holds the lock"):
                fence.check()
    again = reach(connect(sshd), path)[1]
    while True:
        try:
            with held(again):
                again.sweep()
                break
        except Locked:
            continue
    assert path.read_bytes() == b"A=1\n"
    assert list(tmp_path.glob("*kmconfig-tmp*")) == []


def test_one_connection_serves_a_run_and_ends_with_it(sshd: Sshd, tmp_path: Path) -> None:
    with Wire(sshd.port) as wire:
        sshd.know(wire.port)
        connection = connect(sshd, port=wire.port)
        file, writer = reach(connection, tmp_path / ".env")
        with held(writer):
            file.read()
            writer.replace(b"A=1\n")
        assert len(wire._ends) == 2
        folder = connection._sockets()
        assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
        del connection, file, writer
    assert not Path(folder).exists()


def test_no_client_gets_our_environment(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither those that ask nor the one that ends the connection."""
    real, ssh, seen = shutil.which("ssh"), tmp_path / "bin/ssh", tmp_path / "seen"
    ssh.parent.mkdir()
    ssh.write_text(f'#!/bin/sh\n{{ echo "$*"; env; }} >>{seen}\nexec {real} "$@"\n', encoding="utf-8")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("SMTP_PASSWORD", "canary-of-the-environment")
    connection = connect(sshd)
    reach(connection, tmp_path / ".env")[0].read()
    del connection
    gc.collect()
    text = seen.read_text(encoding="utf-8")
    assert "-O exit" in text
    assert "canary" not in text


def test_the_access_list_stays(connection: SshConnection, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"A=1\n")
    set_access_list(path, ACL, access_list(reader=33))
    writer = reach(connection, path)[1]
    with held(writer):
        if shutil.which("setfacl") is None:
            with pytest.raises(CouldNotCheck, match="its access list cannot be kept"):
                writer.replace(b"A=2\n")
            return
        writer.replace(b"A=2\n")
    assert os.getxattr(path, ACL) == access_list(reader=33)
    assert path.read_bytes() == b"A=2\n"
