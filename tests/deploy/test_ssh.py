"""The `.env` of another machine, from plan to rollback, by the real client and server of OpenSSH."""

from __future__ import annotations

import itertools
import socket
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.targets.files import ssh_scripts
from kmconfig.targets.files.ssh_connection import SshConnection
from tests.deploy.endings import APPLY, ending, rolled_back, steps, taken_back, untouched
from tests.deploy.killed import Killer
from tests.deploy.remote_sites import configure
from tests.deploy.site import LIVE, PASSWORD, Site, everything, site_in
from tests.servers.sshd import Wire
from tests.targets.files.remote import connect, held, reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.running import Call
    from tests.mail.servers import Server
    from tests.servers.sshd import Sshd

#: Ends the server's own process of this login, which is the parent of the shell that starts the command.
LOSES_CONNECTION = "read -r _ _ _ parent _ < /proc/$PPID/stat; kill -9 $parent; exec cat /dev/zero > /dev/null"


@pytest.fixture
def far(site: Site, sshd: Sshd) -> Site:
    configure(site, sshd, reload=[["sh", "-c", "cp .env loaded"]], verify=[["grep", "-q", "apikey", ".env"]])
    return site


def test_a_life(far: Site, sshd: Sshd, kmconfig: Call, server: Server) -> None:
    before = everything(far.application)
    planned = kmconfig("plan", "staging", "--detailed-exitcode")
    assert planned.code == 2
    assert f"127.0.0.1:{sshd.port}:{far.env}" in planned.out
    assert kmconfig("drift", "staging").code in (0, 2)
    assert everything(far.application) == before

    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"], ran.result["application_verified"]) == (0, "applied", True), ran.err
    new = far.env.read_bytes()
    assert PASSWORD.encode() in new
    assert (far.application / "loaded").read_bytes() == new
    assert far.leftovers() == []
    assert len(server.messages) == 1

    before = everything(far.application)
    again = kmconfig(*APPLY)
    assert (again.code, again.result["result"], len(server.messages)) == (0, "unchanged", 1)
    assert kmconfig("drift", "staging").code == 0
    assert everything(far.application) == before

    far.env.write_bytes(new.replace(b"MAIL_USERNAME=apikey", b"MAIL_USERNAME=other"))
    assert kmconfig("drift", "staging").code == 2
    far.env.write_bytes(new)
    back = kmconfig("rollback", "staging", "--yes", "--no-test-send", "back", "--format", "json")
    # The application's own check wants the new settings, so even going back is proved, and taken back.
    assert (back.code, back.result["result"]) == (6, "rolled_back"), back.err
    configure(far, sshd)
    back = kmconfig("rollback", "staging", "--yes", "--no-test-send", "back")
    assert back.code == 0, back.err
    assert b"MAIL_USERNAME" not in far.env.read_bytes()
    assert far.leftovers() == []


def test_what_fails_is_taken_back(site: Site, sshd: Sshd, kmconfig: Call) -> None:
    configure(site, sshd, reload=[["sh", "-c", "cp .env loaded"]], verify=[["sh", "-c", "echo no such login; exit 3"]])
    ran = kmconfig(*APPLY)
    assert taken_back(site, ran) == rolled_back("verify")
    assert "ended with 3: no such login" in ran.result["message"]
    assert (site.application / "loaded").read_bytes() == LIVE


def test_what_commands_print_is_masked(site: Site, sshd: Sshd, kmconfig: Call) -> None:
    configure(site, sshd, verify=[["sh", "-c", "cat .env; env; exit 1"]])
    ran = kmconfig("-vvv", *APPLY)
    assert taken_back(site, ran) == rolled_back("verify")
    assert PASSWORD not in ran.out + ran.err
    assert "MAIL_HOST=localhost" in ran.result["message"]


def test_another_run_holds_the_lock(far: Site, sshd: Sshd, kmconfig: Call, server: Server) -> None:
    with held(reach(connect(sshd), far.env)[1]):
        ran = kmconfig(*APPLY)
    assert ending(far, ran) == untouched(4)
    assert "run 20260101T000000Z-0000000ab of `staging` by" in ran.result["message"]
    assert server.connections == 0


def test_a_machine_that_cannot_be_reached(site: Site, sshd: Sshd, kmconfig: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    configure(site, sshd, port=port)
    for command in (("plan", "staging"), ("apply", "staging", "--yes"), ("rollback", "staging", "--yes")):
        ran = kmconfig(*command)
        assert ran.code == 5
        assert "cannot be reached" in ran.err


def test_policy_names_the_machines(far: Site, kmconfig: Call) -> None:
    far.policy(hosts=["localhost"])
    ran = kmconfig("plan", "staging")
    assert (ran.code, "does not allow a login at `127.0.0.1`" in ran.err) == (3, True)
    far.policy(hosts=["localhost", "127.0.0.1"])
    assert kmconfig("plan", "staging").code == 0


def test_a_connection_that_is_lost_after_the_write(site: Site, sshd: Sshd, kmconfig: Call) -> None:
    configure(site, sshd, reload=[["sh", "-c", LOSES_CONNECTION]])
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (7, "unknown")
    assert "was lost" in ran.result["message"]
    assert steps(ran)[-2:] == [("activate", "failed"), ("restore", "failed")]
    assert (site.keeping / "env.journal.json").exists()
    configure(site, sshd, verify=[["false"]])
    again = kmconfig(*APPLY)
    assert (again.code, again.result["result"], site.env.read_bytes()) == (6, "rolled_back", LIVE)
    assert site.leftovers() == []


def test_a_connection_that_is_lost_in_the_write(site: Site, sshd: Sshd, kmconfig: Call) -> None:
    site.env.write_bytes(LIVE + b"".join(b"FILLS_THE_WIRE_%d=%s\n" % (at, b"x" * 1000) for at in range(400)))
    live = site.env.read_bytes()
    with Wire(sshd.port) as wire:
        sshd.know(wire.port)
        configure(site, sshd, port=wire.port)
        # The snapshot has passed, and half of the new content.
        wire.cut_after(len(live) * 3 // 2)
        ran = kmconfig(*APPLY)
        assert (ran.code, ran.result["result"]) == (7, "unknown")
        assert steps(ran)[-1] == ("write", "failed")
    assert site.env.read_bytes() == live
    with Wire(sshd.port) as wire:
        sshd.know(wire.port)
        configure(site, sshd, port=wire.port)
        again = kmconfig(*APPLY)
    assert (again.code, again.result["result"]) == (0, "applied")
    assert b"MAIL_USERNAME=apikey" in site.env.read_bytes()
    assert site.leftovers() == []


@pytest.fixture
def killer(sshd: Sshd) -> Iterator[Killer]:
    with Killer() as running:
        yield running


def sites(site: Site, sshd: Sshd, half: int) -> Iterator[tuple[int, Site]]:
    for at in itertools.count(half, 2):
        current = site_in(site.root.parent / f"at-{at}", site.server)
        configure(current, sshd, reload=[["true"]], verify=[["true"]])
        yield at, current


@pytest.mark.timeout(300)
@pytest.mark.parametrize("half", [1, 2])
def test_wherever_it_is_killed_the_next_run_ends_it(
    site: Site, sshd: Sshd, kmconfig: Call, killer: Killer, half: int
) -> None:
    """Killed when it is about to ask the other machine for the n-th time."""
    left_new = 0
    for at, current in sites(site, sshd, half):
        if killer.run(current, *APPLY, at=at, events=("subprocess.Popen",), about="ssh") is not None:
            break
        content = current.env.read_bytes()
        assert content == LIVE or b"MAIL_USERNAME=apikey" in content
        left_new += content != LIVE
        ran = kmconfig("-C", current.root, *APPLY)
        while ran.code == 4:  # the lock goes with the killed run's session, on the other machine's own time
            ran = kmconfig("-C", current.root, *APPLY)
        assert (ran.code, b"MAIL_USERNAME=apikey" in current.env.read_bytes()) == (0, True), (at, ran.err)
        assert current.leftovers() == [], at
    assert at > 20
    assert left_new > 3


def test_what_the_other_machine_is_asked(far: Site, kmconfig: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planning asks for nothing that writes, and no secret is ever part of a command line."""
    asked: list[tuple[str, ...]] = []
    start = SshConnection.start

    def recorded(self: SshConnection, *words: str, **ends: Any) -> Any:
        asked.append(words)
        return start(self, *words, **ends)

    monkeypatch.setattr(SshConnection, "start", recorded)
    for command in (("plan", "staging"), ("drift", "staging"), ("plan", "staging", "--format", "json")):
        assert kmconfig(*command).code in (0, 2)
    assert {script for script, *_ in asked} <= {ssh_scripts.LOCATE, ssh_scripts.READ, ssh_scripts.OWNS}
    assert kmconfig(*APPLY).code == 0
    assert ssh_scripts.PUT in {script for script, *_ in asked}
    assert not [word for words in asked for word in words if PASSWORD in word or "an older password" in word]
