"""Somebody else writes the same file, or applies, at the same time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig import api
from kmconfig.deploy.apply import Silent
from tests.cli.running import write
from tests.deploy.endings import APPLY, prepared, rolled_back, taken_back
from tests.deploy.killed import Killer
from tests.deploy.site import LIVE, Site, good_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.deploy.receipt import Step
    from tests.cli.running import Call
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Peer


def changes_while_it_logs_in(site: Site) -> Callable[[Peer], None]:
    """Changes the `.env` when the preflight comes to RCPT."""

    def change(peer: Peer) -> None:
        if not site.env.read_bytes().endswith(b"CHANGED=1\n"):
            site.env.write_bytes(LIVE + b"CHANGED=1\n")
        peer.say("250 2.1.5 ok")

    return change


def test_a_file_that_changes_between_plan_and_write(site: Site, kmconfig: Call, certificates: Certificates) -> None:
    with good_server(certificates, RCPT=changes_while_it_logs_in(site)) as server:
        site.configure(port=server.port)
        ran = kmconfig(*APPLY)
        assert (ran.code, ran.result["result"]) == (3, "failed")
        assert "changed after it was compared" in ran.result["message"]
        assert site.env.read_bytes() == LIVE + b"CHANGED=1\n"
        assert site.leftovers() == []
        assert kmconfig(*APPLY).code == 0
        assert b"CHANGED=1" in site.env.read_bytes()


def test_what_somebody_else_writes_after_us_is_not_lost(site: Site, kmconfig: Call) -> None:
    site.configure(verify=[["sh", "-c", "echo ADDED=1 >> .env; false"]])
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (7, "unknown")
    assert "somebody else has changed" in ran.result["message"]
    assert site.env.read_bytes().endswith(b"ADDED=1\n")
    (snapshot,) = (site.keeping / "snapshots").iterdir()
    assert str(snapshot) in ran.result["message"]
    assert snapshot.read_bytes() == LIVE


def test_reload_commands_that_undo_our_keys(site: Site, kmconfig: Call) -> None:
    site.configure(reload=[["sh", "-c", "cp saved .env"]])
    write(site.application, {"saved": ""})
    (site.application / "saved").write_bytes(LIVE)
    ran = kmconfig(*APPLY)
    assert taken_back(site, ran) == rolled_back("read_back")
    assert "MAIL_PASSWORD" in ran.result["message"]


def test_two_at_the_same_time(site: Site, kmconfig: Call, certificates: Certificates) -> None:
    """The second one begins while the first one speaks to the server."""
    heard: list[Any] = []

    def second(peer: Peer) -> None:
        if not heard:
            heard.append(None)
            heard[0] = api_apply(site)
        peer.say("250 2.1.5 ok")

    with good_server(certificates, RCPT=second) as server:
        site.configure(port=server.port)
        first = kmconfig(*APPLY)
    assert first.code == 0
    (error,) = heard
    assert error.exit_code == 4
    assert first.result["run"] in error.message
    assert f"process {os.getpid()}" in error.message


def api_apply(site: Site) -> api.KmconfigError:
    with pytest.raises(api.KmconfigError) as caught:
        api.apply(api.load(site.root), "staging")
    return caught.value


class Meddling(Silent):
    """Changes the file when the snapshot has been taken."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site

    def finished(self, step: Step) -> None:
        if step.step == "snapshot":
            self.site.env.write_bytes(self.site.env.read_bytes() + b"CHANGED=1\n")


def test_a_file_that_changes_just_before_the_write(site: Site) -> None:
    receipt = prepared(site, Meddling(site)).run()
    assert (receipt.exit_code, receipt.result) == (3, "failed")
    assert site.env.read_bytes() == LIVE + b"CHANGED=1\n"
    assert site.leftovers() == []


def test_a_file_that_changes_just_before_the_write_after_a_killed_run(site: Site) -> None:
    with Killer() as killer:
        site.configure(reload=[["true"]])
        assert killer.run(site, *APPLY, at=1, events=("subprocess.Popen",), about="true") is None
    journal = (site.keeping / "env.journal.json").read_bytes()
    content = site.env.read_bytes()
    site.configure(ehlo_domain="licenses.acme.test")
    assert prepared(site, Meddling(site)).run().exit_code == 3
    assert site.env.read_bytes() == content + b"CHANGED=1\n"
    assert (site.keeping / "env.journal.json").read_bytes() == journal
