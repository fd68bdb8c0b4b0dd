"""What the machine does not allow is said before anything is changed."""

from __future__ import annotations

import itertools
import os
import resource
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import write
from tests.deploy.endings import APPLY, ending, untouched
from tests.deploy.faults import fault
from tests.deploy.site import LIVE, Site, everything, site_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.running import Call
    from tests.mail.servers import Server


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def ordinary_user(
    site: Site, kmconfig: Call, authority_file: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """This process as a user who is not root, where it was root; the site is theirs."""
    if os.geteuid() != 0:
        yield
        return
    trusted = open_folder / "ca.pem"
    trusted.write_bytes(authority_file.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    # Loads all that a run loads, from folders that may be root's alone.
    other = site_in(open_folder / "other", site.server)
    assert kmconfig("-C", other.root, *APPLY).code == 0
    site.server.connections = 0
    for path in (site.root, site.application, *site.root.rglob("*"), site.env):
        os.chown(path, 65534, 65534)
    os.setegid(65534)
    os.seteuid(65534)
    yield
    os.seteuid(0)
    os.setegid(0)


@pytest.mark.usefixtures("ordinary_user")
class TestPermissions:
    """What the system does not allow is said before the server is spoken to or anything is written."""

    @pytest.fixture
    def site(self, open_folder: Path, server: Server) -> Site:
        return site_in(open_folder, server)

    def test_all_is_allowed(self, site: Site, kmconfig: Call) -> None:
        assert kmconfig(*APPLY).code == 0

    @pytest.mark.parametrize("name", ["application", "keeping", "state"])
    def test_a_folder_that_cannot_be_written(self, site: Site, kmconfig: Call, server: Server, name: str) -> None:
        site.keeping.mkdir()
        (site.keeping / "snapshots").mkdir()
        state = site.root / ".kmconfig/state/receipts/staging"
        state.mkdir(parents=True)
        folder = {"application": site.application, "keeping": site.keeping / "snapshots", "state": state}[name]
        if name == "keeping":
            site.keeping.chmod(0o500)
            folder = site.keeping
        folder.chmod(0o500)
        before = everything(site.application)
        ran = kmconfig(*APPLY)
        folder.chmod(0o700)
        assert ending(site, ran) == untouched(5)
        assert server.connections == 0
        if name == "application":
            assert everything(site.application).keys() == before.keys() | {
                str(site.keeping / ".gitignore"),
                str(site.keeping / "env.lock"),
            }

    def test_a_folder_without_room_for_ours(self, site: Site, kmconfig: Call, server: Server) -> None:
        site.application.chmod(0o500)
        ran = kmconfig(*APPLY)
        site.application.chmod(0o755)
        assert ending(site, ran) == untouched(5)
        assert "always apply as the same user" in ran.result["message"]
        assert server.connections == 0

    def test_a_target_that_cannot_be_read(self, site: Site, kmconfig: Call) -> None:
        site.env.chmod(0o200)
        for command in (("plan", "staging"), ("apply", "staging", "--yes")):
            ran = kmconfig(*command)
            assert ran.code == 5
            assert "permission denied" in ran.err
        site.env.chmod(0o600)

    def test_a_composer_lock_that_cannot_be_read(self, site: Site, kmconfig: Call) -> None:
        site.configure(target={"laravel_env": {"path": str(site.env)}})
        write(site.application, {"composer.lock": "{}"}).joinpath("composer.lock").chmod(0o200)
        assert kmconfig("plan", "staging").code == 5

    def test_a_file_of_another_user_is_not_taken_over(self, site: Site, kmconfig: Call) -> None:
        if os.getuid() != 0:
            pytest.skip("only root can give files away")
        os.seteuid(0)
        os.chown(site.env, 12345, 12345)
        site.env.chmod(0o666)
        os.seteuid(65534)
        assert ending(site, kmconfig(*APPLY)) == untouched(5)
        assert site.env.stat().st_uid == 12345


def test_a_folder_of_another_user_is_not_trusted(site: Site, kmconfig: Call, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    site.keeping.symlink_to(elsewhere)
    ran = kmconfig(*APPLY)
    assert ending(site, ran) == untouched(5)
    assert list(elsewhere.iterdir()) == []
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755


@pytest.mark.parametrize(("room", "code"), [(0, 5), (100, 5), (300, 5), (600, 7)])
def test_no_room_on_the_disk(site: Site, kmconfig: Call, room: int, code: int) -> None:
    """No file may grow beyond ``room`` bytes: there is no place for lock, snapshot, journal, or for the receipt."""
    (site.root / ".kmconfig/state/receipts/staging").mkdir(parents=True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        ran = kmconfig("apply", "staging", "--yes", "-q")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert ran.code == code
    assert (site.env.read_bytes() == LIVE) == (code == 5)
    assert [path for path in site.leftovers() if "tmp" in path.name] == []
    assert kmconfig(*APPLY).code == 0


def test_a_receipt_that_cannot_be_written_is_said(site: Site, kmconfig: Call, server: Server) -> None:
    folder = site.root / ".kmconfig/state/receipts/staging"
    site.configure(verify=[["sh", "-c", f"rmdir {folder} && touch {folder}"]])
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (7, "applied")
    assert "the receipt could not be written" in ran.result["message"]
    assert b"MAIL_USERNAME=apikey" in site.env.read_bytes()
    folder.unlink()
    site.configure(verify=[["true"]])
    again = kmconfig(*APPLY)
    assert (again.code, again.result["result"], again.result["operations"]) == (0, "applied", [])
    assert len(server.messages) == 2
    assert site.leftovers() == []


@pytest.mark.parametrize("verify", ["true", "false"])
def test_whatever_the_system_refuses_the_exit_code_is_true(site: Site, kmconfig: Call, verify: str) -> None:
    codes = set()
    for at in itertools.count(1):
        current = site_in(site.root.parent / f"at-{at}", site.server)
        current.configure(reload=[["true"]], verify=[[verify]])
        with fault(at, current.root.parent) as happened:
            ran = kmconfig("-C", current.root, *APPLY)
        if happened == [False]:
            break
        codes.add(ran.code)
        written = current.env.read_bytes() != LIVE
        assert (ran.code, written) in {(0, True), (5, False), (6, False), (7, True), (7, False)}, (at, ran.err, ran.out)
        current.configure(reload=[["true"]], verify=[["true"]])
        again = kmconfig("-C", current.root, *APPLY)
        assert (again.code, current.leftovers()) == (0, []), (at, again.err, again.out)
    assert {5, 6, 7} <= codes
