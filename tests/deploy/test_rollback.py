"""Back to what was there before a run, key by key, with every proof that an apply has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY, complies, steps
from tests.deploy.killed import Killer
from tests.deploy.site import LIVE, PASSWORD, VARIABLE, everything, good_server
from tests.deploy.test_killed import sites

if TYPE_CHECKING:
    from tests.cli.running import Call, Ran
    from tests.deploy.site import Site
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Server

ROLLBACK = ("rollback", "staging", "--yes", "--format", "json")


def run_of(ran: Ran) -> str:
    assert ran.code == 0, ran.err
    return str(ran.result["run"])


def test_to_what_was_there_before_the_first_run(site: Site, kmconfig: Call, server: Server) -> None:
    site.configure(reload=[["true"]], verify=[["true"]])
    run = run_of(kmconfig(*APPLY))
    server.messages.clear()
    ran = kmconfig(*ROLLBACK)
    assert (ran.code, ran.result["result"], ran.result["kind"]) == (0, "applied", "rollback")
    assert ran.result["back_to"] == run
    assert complies(ran.document, "receipt")
    assert site.env.read_bytes() == LIVE
    assert ("verify", "ok") in steps(ran)
    assert server.messages == []
    assert "no run of ours left it" in ran.result["test"]["reason"]
    assert site.leftovers() == []
    again = kmconfig("plan", "staging", "--detailed-exitcode")
    assert again.code == 2


def test_to_settings_that_are_known_it_is_proved_by_a_message(site: Site, kmconfig: Call, server: Server) -> None:
    run_of(kmconfig(*APPLY))
    before = site.env.read_bytes()
    site.configure(ehlo_domain="licenses.acme.test")
    run_of(kmconfig(*APPLY))
    assert site.env.read_bytes() != before
    server.messages.clear()
    ran = kmconfig(*ROLLBACK)
    assert (ran.code, site.env.read_bytes()) == (0, before)
    assert [step for step, _ in steps(ran)] == [
        "recheck",
        "preflight",
        "snapshot",
        "write",
        "read_back",
        "test_message",
    ]
    assert len(server.messages) == 1


def test_settings_that_somebody_had_changed_are_not_tried_as_those_of_a_run(
    site: Site, kmconfig: Call, server: Server
) -> None:
    run_of(kmconfig(*APPLY))
    drifted = site.env.read_bytes().replace(b"MAIL_HOST=localhost", b"MAIL_HOST=mail.acme.test")
    site.env.write_bytes(drifted)
    run_of(kmconfig(*APPLY))
    server.messages.clear()
    ran = kmconfig(*ROLLBACK)
    assert (ran.code, site.env.read_bytes()) == (0, drifted)
    assert ("test_message", "skipped") in steps(ran)
    assert server.messages == []


def test_a_step_that_is_left_out_is_not_shown_as_failed(site: Site, kmconfig: Call) -> None:
    run_of(kmconfig(*APPLY))
    ran = kmconfig("rollback", "staging", "--yes")
    assert (ran.code, "✗" in ran.out) == (0, False)
    assert ran.out.count("– ") == 2


def test_to_a_run_by_its_name(site: Site, kmconfig: Call) -> None:
    first = run_of(kmconfig(*APPLY))
    wanted = site.env.read_bytes()
    for name in ("one.acme.test", "two.acme.test"):
        site.configure(ehlo_domain=name)
        run_of(kmconfig(*APPLY))
    assert kmconfig("rollback", "staging", "--to", "20200101T000000Z-abcdef", "--yes").code == 64
    ran = kmconfig(*ROLLBACK, "--to", first)
    assert (ran.code, site.env.read_bytes()) == (0, wanted)
    history = kmconfig("history", "staging", "--verify")
    assert (history.code, "4 runs" in history.out, "rollback" in history.out) == (0, True, True)


def test_what_others_wrote_stays(site: Site, kmconfig: Call) -> None:
    run_of(kmconfig(*APPLY))
    site.env.write_bytes(site.env.read_bytes() + b"CACHE_STORE=redis\n")
    assert kmconfig(*ROLLBACK).code == 0
    assert site.env.read_bytes() == LIVE + b"CACHE_STORE=redis\n"


def test_what_somebody_decided_since_is_not_undone(site: Site, kmconfig: Call) -> None:
    run_of(kmconfig(*APPLY))
    changed = site.env.read_bytes().replace(b"MAIL_HOST=localhost", b"MAIL_HOST=mail.acme.test")
    site.env.write_bytes(changed)
    ran = kmconfig(*ROLLBACK)
    assert (ran.code, site.env.read_bytes()) == (3, changed)
    assert "MAIL_HOST changed since" in ran.err


def test_a_secret_that_somebody_has_changed_since_is_not_undone(site: Site, kmconfig: Call) -> None:
    run_of(kmconfig(*APPLY))
    changed = site.env.read_bytes().replace(PASSWORD.encode(), b"somebody's own password")
    site.env.write_bytes(changed)
    ran = kmconfig(*ROLLBACK)
    assert (ran.code, site.env.read_bytes()) == (3, changed)
    assert "MAIL_PASSWORD changed since" in ran.err


def test_with_fingerprints_that_shows_after_the_store_has_changed_too(
    site: Site, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KM_FINGERPRINT_KEY", "a key of more than sixteen bytes")
    site.configure(stores={"fingerprint_key": {"env": "KM_FINGERPRINT_KEY"}})
    run_of(kmconfig(*APPLY))
    monkeypatch.setenv(VARIABLE, "the next password")
    left = site.env.read_bytes()
    site.env.write_bytes(left.replace(PASSWORD.encode(), b"somebody's own password"))
    assert kmconfig(*ROLLBACK).code == 3
    site.env.write_bytes(left + b"CACHE_STORE=redis\n")
    assert (kmconfig(*ROLLBACK).code, site.env.read_bytes()) == (0, LIVE + b"CACHE_STORE=redis\n")


def test_secrets_that_cannot_be_told_apart_are_not_guessed(
    site: Site, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_of(kmconfig(*APPLY))
    monkeypatch.delenv(VARIABLE)
    touched = site.env.read_bytes() + b"CACHE_STORE=redis\n"
    site.env.write_bytes(touched)
    ran = kmconfig(*ROLLBACK)
    assert (ran.code, site.env.read_bytes()) == (5, touched)
    assert "nobody can tell whether its secrets were" in ran.err


def test_it_asks_first(site: Site, kmconfig: Call) -> None:
    run_of(kmconfig(*APPLY))
    before = everything(site.root, site.application)
    ran = kmconfig("rollback", "staging")
    assert (ran.code, "--yes" in ran.err) == (64, True)
    assert "- MAIL_PORT" in ran.out
    assert everything(site.root, site.application) == before


def test_nothing_to_take_back(site: Site, kmconfig: Call) -> None:
    ran = kmconfig(*ROLLBACK)
    assert (ran.code, "no run has written to" in ran.err) == (64, True)
    assert site.env.read_bytes() == LIVE


def test_a_rollback_can_be_taken_back(site: Site, kmconfig: Call) -> None:
    run_of(kmconfig(*APPLY))
    new = site.env.read_bytes()
    run_of(kmconfig(*ROLLBACK))
    run_of(kmconfig(*ROLLBACK))
    assert site.env.read_bytes() == new


def test_a_snapshot_that_is_not_kept_any_more(site: Site, kmconfig: Call) -> None:
    run_of(kmconfig(*APPLY))
    for snapshot in (site.keeping / "snapshots").iterdir():
        snapshot.unlink()
    ran = kmconfig(*ROLLBACK)
    assert (ran.code, "is not kept any more" in ran.err) == (5, True)


def test_settings_that_no_longer_work_are_not_gone_back_to(
    site: Site, kmconfig: Call, certificates: Certificates
) -> None:
    with good_server(certificates) as first:
        site.configure(port=first.port)
        run_of(kmconfig(*APPLY))
    site.configure()
    run_of(kmconfig(*APPLY))
    new = site.env.read_bytes()
    ran = kmconfig(*ROLLBACK)
    assert (ran.code, ran.result["result"], site.env.read_bytes()) == (1, "failed", new)
    assert ran.result["diagnosis"]["stage"] == "connect"


def test_a_killed_run_is_taken_back(site: Site, kmconfig: Call) -> None:
    site.configure(reload=[["true"]])
    with Killer() as killer:
        assert killer.run(site, *APPLY, at=1, events=("subprocess.Popen",), about="true") is None
    assert site.env.read_bytes() != LIVE
    assert kmconfig("rollback", "staging", "--to", "20200101T000000Z-abcdef", "--yes").code == 3
    ran = kmconfig(*ROLLBACK)
    assert (ran.code, site.env.read_bytes()) == (0, LIVE)
    assert site.leftovers() == []


@pytest.mark.parametrize("half", [1, 2])
def test_wherever_a_rollback_is_killed_resume_ends_it(site: Site, kmconfig: Call, half: int) -> None:
    events = ("os.rename", "os.remove", "os.fsync", "subprocess.Popen")
    left_open = 0
    with Killer() as killer:
        for at, current in sites(site, half):
            current.configure(reload=[["true"]])
            assert kmconfig("-C", current.root, *APPLY).code == 0
            applied = current.env.read_bytes()
            if killer.run(current, *ROLLBACK, at=at, events=events) is not None:
                break
            assert current.env.read_bytes() in (LIVE, applied), at
            is_open = (current.keeping / "env.journal.json").exists()
            left_open += is_open
            ran = kmconfig("-C", current.root, "apply", "staging", "--resume", "--yes", "--format", "json")
            assert ran.code == 0, (at, ran.err)
            if not is_open:
                assert ran.result["message"] == "no run was left open"
                assert kmconfig("-C", current.root, *ROLLBACK).code == 0
            assert current.leftovers() == [], at
            assert current.env.read_bytes() in (LIVE, applied), (at, json.dumps(ran.result))
    assert left_open > 3
