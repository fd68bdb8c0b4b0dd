"""What goes wrong at the server or in the application, and what is left behind then."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kmconfig import api
from tests.deploy.endings import APPLY, Ending, complies, ending, rolled_back, steps, taken_back, untouched
from tests.deploy.site import LIVE, RECIPIENT, Site, good_server

if TYPE_CHECKING:
    from tests.cli.running import Call
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Server


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["false"], "`false` ended with 1"),
        (["sh", "-c", "echo no cache; exit 3"], "ended with 3: no cache"),
        (["no-such-program"], "there is no program `no-such-program`"),
        (["/etc/passwd"], "could not be run: Permission denied"),
        (["sh", "-c", "kill -9 $$"], "was ended by signal 9"),
    ],
)
def test_a_reload_command_that_fails(site: Site, kmconfig: Call, server: Server, command: list[str], said: str) -> None:
    site.configure(reload=[["sh", "-c", "echo >> told"], command, ["touch", "never"]])
    ran = kmconfig(*APPLY)
    assert taken_back(site, ran) == rolled_back("activate")
    assert said in ran.result["message"]
    # The first one had told the application of the new settings, so it is told of the old ones.
    assert (site.application / "told").read_text(encoding="utf-8") == "\n\n"
    assert not (site.application / "never").exists()
    assert server.messages == []


def test_a_verify_command_that_fails(site: Site, kmconfig: Call, server: Server) -> None:
    site.configure(reload=[["sh", "-c", "cp .env loaded"]], verify=[["true"], ["false"]])
    assert taken_back(site, kmconfig(*APPLY)) == rolled_back("verify")
    assert (site.application / "loaded").read_bytes() == LIVE
    assert server.messages == []


def test_commands_do_not_outlive_their_time(site: Site) -> None:
    fifo = site.application / "held"
    os.mkfifo(fifo)
    site.configure(reload=[["sh", "-c", f"exec 3<> {fifo}; (read line <&3) & read line <&3"]])
    project = api.load(site.root)
    receipt = api.apply(project, "staging", options=api.Options(command_timeout=0.3))
    assert (receipt.exit_code, receipt.result) == (6, "rolled_back")
    assert "did not end within 0.3 s" in receipt.message
    # Had the command's child survived, somebody would still have the pipe open.
    with pytest.raises(OSError, match="No such device or address"):
        os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)


def test_a_service_that_keeps_the_output_open_is_not_waited_for(site: Site) -> None:
    fifo = site.application / "held"
    os.mkfifo(fifo)
    held = os.open(fifo, os.O_RDWR)
    site.configure(reload=[["sh", "-c", f"(read line < {fifo}) & exit 0"]])
    receipt = api.apply(api.load(site.root), "staging", options=api.Options(command_timeout=20.0))
    os.write(held, b"\n")
    os.close(held)
    assert receipt.result == "applied"


def test_the_application_could_not_be_told_of_the_old_settings(site: Site, kmconfig: Call) -> None:
    once = "test ! -e told || exit 1; touch told"
    site.configure(reload=[["sh", "-c", once]], verify=[["false"]])
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (7, "unknown")
    assert complies(ran.document, "receipt")
    assert site.env.read_bytes() == LIVE
    again = kmconfig(*APPLY)
    assert (again.code, again.result["result"]) == (7, "unknown")
    assert "the application could not be told" in again.result["message"]
    (site.application / "told").unlink()
    site.configure(reload=[["sh", "-c", once]])
    # The journal is open: the application is told first, and told again of the new settings, which fails here.
    again = kmconfig(*APPLY)
    assert [step for step, _ in steps(again)][:2] == ["recheck", "activate"]
    assert ending(site, again) == Ending(6, "rolled_back", LIVE, [])


@pytest.mark.parametrize(
    ("verb", "code"),
    [("DATA", 6), ("DOT", 6), ("RCPT", 1), ("MAIL", 1), ("AUTH", 1), ("STARTTLS", 1), ("EHLO", 1), ("CONNECT", 1)],
)
def test_what_the_server_refuses(site: Site, kmconfig: Call, certificates: Certificates, verb: str, code: int) -> None:
    with good_server(certificates, **{verb: "554 5.7.1 not today"}) as unwilling:
        site.configure(port=unwilling.port)
        ran = kmconfig(*APPLY)
    if code == 6:
        assert taken_back(site, ran) == rolled_back("test_message")
    else:
        assert ending(site, ran) == untouched(1)
        assert not any((site.keeping / "snapshots").iterdir())
    assert ran.result["diagnosis"]["remedies"]
    assert "not today" in ran.result["diagnosis"]["symptom"]


def test_a_server_that_hangs_up_after_the_message(site: Site, kmconfig: Call, certificates: Certificates) -> None:
    with good_server(certificates, DOT=lambda peer: peer.reset()) as unwilling:
        site.configure(port=unwilling.port)
        assert taken_back(site, kmconfig(*APPLY)) == rolled_back("test_message")


def test_a_fallback_port_that_answers_is_no_success(site: Site, kmconfig: Call, closed_port: int) -> None:
    site.configure(port=closed_port, fallback_ports=[site.server.port])
    ran = kmconfig(*APPLY)
    assert ending(site, ran) == untouched(1)
    (remedy,) = ran.result["diagnosis"]["remedies"]
    assert f"email.smtp.port: {site.server.port}" in remedy


def test_the_test_message_is_all_that_is_wrong_with_no_server(site: Site, kmconfig: Call, closed_port: int) -> None:
    site.configure(port=closed_port)
    assert ending(site, kmconfig(*APPLY)) == untouched(1)


def test_recipients_are_named_in_the_receipt_of_a_failure(
    site: Site, kmconfig: Call, certificates: Certificates
) -> None:
    with good_server(certificates, DOT="451 4.7.1 greylisted") as server:
        site.configure(port=server.port)
        ran = kmconfig(*APPLY)
    assert ran.result["test"]["recipients"] == [RECIPIENT]
    assert ran.result["test"]["sent"] is False


def test_a_command_that_changes_what_was_put_back(site: Site, kmconfig: Call) -> None:
    site.configure(
        reload=[["sh", "-c", "test ! -e again || echo MAIL_HOST=theirs >> .env; touch again"]], verify=[["false"]]
    )
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (7, "unknown")
    assert "the target was changed again while the application was told of it" in ran.result["message"]
