"""Killed at any point, an apply leaves the old or the new file, and the next one brings things to an end."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY, steps
from tests.deploy.killed import Killer
from tests.deploy.site import LIVE, PASSWORD, Site, good_server, site_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.running import Call
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Server

FAILS_WITH_NEW = [["sh", "-c", "! grep -q '^MAIL_USERNAME=apikey' .env"]]


@pytest.fixture
def killer() -> Iterator[Killer]:
    with Killer() as running:
        yield running


def new_content(site: Site, kmconfig: Call) -> bytes:
    """What a run that nobody kills writes."""
    other = site_in(site.root.parent / "untouched", site.server)
    assert kmconfig("-C", other.root, *APPLY).code == 0
    return other.env.read_bytes()


def sites(site: Site, half: int) -> Iterator[tuple[int, Site]]:
    """One site after the other, each for a later point; half of all points, so that two processors share them."""
    for at in itertools.count(half, 2):
        yield at, site_in(site.root.parent / f"at-{at}", site.server)


@pytest.mark.parametrize("half", [1, 2])
def test_wherever_it_is_killed_the_next_run_ends_it(site: Site, kmconfig: Call, killer: Killer, half: int) -> None:
    new = new_content(site, kmconfig)
    left_new = 0
    for at, current in sites(site, half):
        current.configure(reload=[["true"]], verify=[["true"]])
        if killer.run(current, *APPLY, at=at) is not None:
            break
        content = current.env.read_bytes()
        assert content in (LIVE, new), at
        left_new += content == new
        receipts = current.receipts
        site.server.messages.clear()
        ran = kmconfig("-C", current.root, *APPLY)
        assert (ran.code, current.env.read_bytes()) == (0, new), (at, ran.err)
        assert current.leftovers() == [], at
        if receipts:
            assert site.server.messages == []
        else:
            (message,) = site.server.messages
            assert ran.result["test"]["test_id"].encode() in message
            assert len(current.receipts) == 1
        assert kmconfig("-C", current.root, *APPLY).result["result"] == "unchanged"
    assert at > 40
    assert left_new > 5


@pytest.mark.parametrize("half", [1, 2])
def test_wherever_it_is_killed_while_it_rolls_back_the_next_run_ends_it(
    site: Site, kmconfig: Call, killer: Killer, half: int
) -> None:
    new = new_content(site, kmconfig)
    restored = 0
    for at, current in sites(site, half):
        current.configure(reload=FAILS_WITH_NEW)
        code = killer.run(current, *APPLY, at=at, events=("os.rename", "os.remove", "os.fsync", "subprocess.Popen"))
        if code is not None:
            assert code == 6
            break
        content = current.env.read_bytes()
        assert content in (LIVE, new), at
        restored += content == LIVE
        ran = kmconfig("-C", current.root, *APPLY)
        assert (ran.code, current.env.read_bytes()) == (6, LIVE), (at, ran.err)
        assert current.leftovers() == [], at
    assert restored > 5


def test_a_settings_file_that_was_not_there_is_there_as_a_whole_or_not_at_all(
    site: Site, kmconfig: Call, killer: Killer
) -> None:
    written = 0
    for at in itertools.count(1):
        current = site_in(site.root.parent / f"at-{at}", site.server)
        place = current.application / "settings.json"
        current.configure(target={"file": {"path": str(place)}})
        if killer.run(current, *APPLY, at=at, events=("os.rename", "os.remove")) is not None:
            break
        if place.exists():
            written += 1
            assert json.loads(place.read_bytes())["settings"]["email"]["smtp"]["password"] == PASSWORD
        assert kmconfig("-C", current.root, *APPLY).code == 0
        assert current.leftovers() == []
        assert kmconfig("-C", current.root, "plan", "staging", "--detailed-exitcode").code == 0
    assert 0 < written < at - 1


def killed_after_write(site: Site, killer: Killer) -> bytes:
    """A run that is killed when it is about to activate what it has written; returns what that is."""
    site.configure(reload=[["true"]])
    assert killer.run(site, *APPLY, at=1, events=("subprocess.Popen",), about="true") is None
    assert (site.keeping / "env.journal.json").exists()
    assert site.env.read_bytes() != LIVE
    return site.env.read_bytes()


def test_what_a_killed_run_has_written_is_proved_although_nothing_changes(
    site: Site, kmconfig: Call, killer: Killer, server: Server
) -> None:
    new = killed_after_write(site, killer)
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"], ran.result["operations"]) == (0, "applied", [])
    assert [step for step, _ in steps(ran)] == [
        "recheck",
        "snapshot",
        "preflight",
        "activate",
        "read_back",
        "test_message",
    ]
    assert site.env.read_bytes() == new
    assert len(server.messages) == 1


def test_what_a_killed_run_has_written_is_taken_back_when_the_server_refuses(
    site: Site, kmconfig: Call, killer: Killer, certificates: Certificates
) -> None:
    killed_after_write(site, killer)
    with good_server(certificates, RCPT="550 5.1.1 no such user") as unwilling:
        site.configure(reload=[["true"]], port=unwilling.port)
        # The port is new too, so this is a change: it is refused, and what the killed run wrote stays open.
        assert kmconfig(*APPLY).code == 1
        assert (site.keeping / "env.journal.json").exists()
    site.configure(reload=[["true"]], verify=[["false"]])
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (6, "rolled_back")
    assert steps(ran)[-2:] == [("verify", "failed"), ("restore", "restored")]
    assert site.env.read_bytes() == LIVE
    assert site.leftovers() == []


def test_a_failed_preflight_takes_back_what_a_killed_run_has_written(
    site: Site, kmconfig: Call, killer: Killer, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_after_write(site, killer)
    monkeypatch.delenv("SSL_CERT_FILE")
    ran = kmconfig(*APPLY)
    assert (ran.code, steps(ran)[-2:]) == (6, [("preflight", "failed"), ("restore", "restored")])
    assert ran.result["diagnosis"]["stage"] == "tls"
    assert site.env.read_bytes() == LIVE


def test_other_settings_after_a_killed_run_go_back_to_what_was_before_it(
    site: Site, kmconfig: Call, killer: Killer
) -> None:
    killed_after_write(site, killer)
    site.configure(reload=[["true"]], verify=[["false"]], ehlo_domain="licenses.acme.test")
    ran = kmconfig(*APPLY)
    assert (ran.code, site.env.read_bytes()) == (6, LIVE)


def test_a_change_by_somebody_else_after_a_killed_run_is_not_lost(site: Site, kmconfig: Call, killer: Killer) -> None:
    new = killed_after_write(site, killer)
    site.env.write_bytes(new + b"ADDED=1\n")
    site.configure(reload=[["true"]], verify=[["false"]])
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (7, "unknown")
    assert site.env.read_bytes() == new + b"ADDED=1\n"
    site.configure(reload=[["true"]])
    assert kmconfig(*APPLY).code == 0
    assert site.env.read_bytes() == new + b"ADDED=1\n"
    assert site.leftovers() == []


def test_a_journal_that_nobody_understands_needs_a_person(site: Site, kmconfig: Call, server: Server) -> None:
    assert kmconfig(*APPLY).code == 0
    (site.keeping / "env.journal.json").write_text('{"version": 2}', encoding="utf-8")
    ran = kmconfig("apply", "staging", "--yes")
    assert ran.code == 7
    assert "remove the journal" in ran.err
    assert len(server.messages) == 1
