"""Postfix's sendmail and msmtp, against the test Postfix and against none."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.message import build_test_message
from kmconfig.mail.sendmail import QUEUED
from tests.mail.sending import SENT_AT, failed_stage
from tests.mail.sendmail.running import transport
from tests.servers.accounts import DOMAIN, INBOX
from tests.servers.requirements import find_program, require

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.mail.sendmail import SendmailTransport
    from kmconfig.mail.server import MailResult
    from tests.servers.mail_stack import MailStack

SENDER = f"sender@{DOMAIN}"
T = ("-t", "-i")


def deliver(chosen: SendmailTransport, recipient: str) -> tuple[MailResult, str]:
    """Send a message and return the test id with the result."""
    test_id = secrets.token_hex(8)
    message = build_test_message(
        application_name="Acme License Portal",
        sender_name="Acme Licensing",
        sender_email=SENDER,
        recipients=[recipient],
        facts=chosen.facts(),
        sent_at=SENT_AT,
        test_id=test_id,
    )
    return chosen.send(message, SENDER, [recipient]), test_id


@pytest.fixture
def msmtp() -> str:
    require("msmtp as sendmail", packages="msmtp", programs=("msmtp",))
    return find_program("msmtp") or ""


@pytest.mark.parametrize("arguments", [("-bs", "-i"), T])
def test_postfix_delivers(mail_stack: MailStack, arguments: tuple[str, ...]) -> None:
    chosen = transport(str(mail_stack.sendmail), *arguments, timeout=20.0)
    assert chosen.probe(SENDER, [INBOX]).ok
    result, test_id = deliver(chosen, INBOX)
    assert result.ok, result.reply
    message = mail_stack.wait_for_message(INBOX, test_id)
    assert message["Return-Path"] == f"<{SENDER}>"
    assert f"- Arguments: {' '.join(arguments)}" in message.get_content()
    if arguments == T:
        assert result.notes == (QUEUED,)
    else:
        assert "queued as" in result.reply


def test_msmtp_relays(mail_stack: MailStack, msmtp: str) -> None:
    server = ("--host=127.0.0.1", f"--port={mail_stack.ports.smtp25}")
    chosen = transport(msmtp, *T, *server, timeout=20.0)
    result, test_id = deliver(chosen, INBOX)
    assert result.ok, result.reply
    assert mail_stack.wait_for_message(INBOX, test_id)["Return-Path"] == f"<{SENDER}>"
    refused, _ = deliver(chosen, f"nobody@{DOMAIN}")
    assert failed_stage(refused) == "accepted"
    assert refused.diagnosis is not None
    assert "does not take a recipient" in refused.diagnosis.cause
    assert "550 5.1.1" in refused.diagnosis.symptom


def test_msmtp_without_configuration_server_or_smtp(msmtp: str, closed_port: int) -> None:
    unconfigured, _ = deliver(transport(msmtp, *T), INBOX)
    no_server, _ = deliver(transport(msmtp, *T, "--host=127.0.0.1", f"--port={closed_port}"), INBOX)
    no_smtp, _ = deliver(transport(msmtp, "-bs", "-i"), INBOX)
    causes = [result.diagnosis.cause if result.diagnosis else "" for result in (unconfigured, no_server, no_smtp)]
    assert "not configured" in causes[0]
    assert "cannot be reached" in causes[1]
    assert "know `-bs`" in causes[2]


def test_postfix_that_is_not_running_only_queues(tmp_path: Path) -> None:
    require("Postfix's sendmail", packages="postfix", programs=("postfix", "sendmail", "postdrop"), root=True)
    for folder in ("queue/maildrop", "queue/public", "data"):
        (tmp_path / folder).mkdir(parents=True)
    lines = (
        "compatibility_level = 3.6",
        "myhostname = mail.acme.test",
        f"queue_directory = {tmp_path}/queue",
        f"data_directory = {tmp_path}/data",
    )
    (tmp_path / "main.cf").write_text("\n".join((*lines, "")), encoding="utf-8")
    (tmp_path / "master.cf").write_text("", encoding="utf-8")
    path = find_program("sendmail") or ""
    chosen = transport(path, *T, environ={"MAIL_CONFIG": str(tmp_path)})
    result, _ = deliver(chosen, INBOX)
    assert failed_stage(result) == "accepted"
    assert result.diagnosis is not None
    assert "nobody collects" in result.diagnosis.cause
    assert list((tmp_path / "queue/maildrop").iterdir())
