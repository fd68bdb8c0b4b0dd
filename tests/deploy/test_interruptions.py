"""Signals, and terminals that have gone."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.cli.run import run
from kmconfig.deploy.apply import Silent
from tests.deploy.endings import APPLY, prepared, rolled_back, taken_back
from tests.deploy.site import LIVE, Site, good_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.running import Call
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Peer


def test_an_output_that_nobody_reads_decides_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.configure(verify=[["false"]])
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as nowhere:
        monkeypatch.setattr(sys, "stdout", nowhere)
        run(["-C", str(site.root), "apply", "staging", "--yes", "-v"])
    monkeypatch.undo()
    (receipt,) = site.receipts
    assert '"result": "rolled_back"' in receipt.read_text(encoding="utf-8")
    assert site.env.read_bytes() == LIVE
    assert site.leftovers() == []


class Broken(Silent):
    """A progress that cannot be told anything, as a terminal that has gone."""

    def started(self, step: str) -> None:
        raise OSError(5, "Input/output error")


def test_a_progress_that_breaks_decides_nothing(site: Site) -> None:
    assert prepared(site, Broken()).run().result == "applied"


@pytest.fixture
def _hang_up_is_heard() -> Iterator[None]:
    """Under `nohup` it is not, neither by the tests nor by what they start."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def handlers() -> list[Any]:
    return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]


@pytest.mark.usefixtures("_hang_up_is_heard")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("command", ["reload", "verify"])
def test_a_signal_during_a_command(site: Site, kmconfig: Call, number: signal.Signals, command: str) -> None:
    site.configure("zone", target={"laravel_env": {"path": str(site.application / ".env.zone"), "laravel": 10}})
    commands: dict[str, Any] = {
        "reload": [["sh", "-c", "cp .env loaded"]],
        command: [["sh", "-c", _SIGNAL.format(number=number)]],
    }
    site.configure(**commands)
    before = handlers()
    ran = kmconfig("apply", "staging", "zone", "--yes", "--format", "json")
    assert handlers() == before
    first, second = ran.document["results"]
    assert (ran.code, first["result"], first["message"]) == (
        130,
        "rolled_back",
        "interrupted; what was there before is back",
    )
    assert (second["environment"], second["result"]) == ("zone", "not_started")
    assert site.env.read_bytes() == LIVE
    assert site.leftovers() == []


#: Signals the parent once; a command that is told of the old settings finds that done.
_SIGNAL = "test -e done && exit; touch done; kill -{number} $PPID; exec cat /dev/zero > /dev/null"


def test_a_signal_before_the_write(site: Site, kmconfig: Call, certificates: Certificates) -> None:
    def interrupt(peer: Peer) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        peer.say("250 2.1.0 ok")

    with good_server(certificates, MAIL=interrupt) as server:
        site.configure(port=server.port)
        ran = kmconfig("apply", "staging", "--yes")
        assert ran.code == 130
    assert site.env.read_bytes() == LIVE
    assert site.leftovers() == []


def test_a_signal_while_things_are_put_back_does_not_stop_that(site: Site, kmconfig: Call) -> None:
    told = "cp .env loaded; grep -q '^MAIL_USERNAME=apikey' .env || kill -TERM $PPID"
    site.configure(reload=[["sh", "-c", told]], verify=[["false"]])
    assert taken_back(site, kmconfig(*APPLY)) == rolled_back("verify")
    assert (site.application / "loaded").read_bytes() == LIVE


def test_commands_that_put_back_do_not_ignore_signals(site: Site, kmconfig: Call) -> None:
    ignored = "grep SigIgn /proc/self/status | cut -f2 > ignored"
    site.configure(reload=[["sh", "-c", ignored]], verify=[["false"]])
    assert taken_back(site, kmconfig(*APPLY)) == rolled_back("verify")
    mask = int((site.application / "ignored").read_text(encoding="utf-8"), 16)
    assert not mask & (1 << (signal.SIGTERM - 1) | 1 << (signal.SIGINT - 1))
