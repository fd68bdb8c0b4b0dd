"""The transport and the survey of ports against a real Postfix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.message import build_test_message, new_test_id, smtp_facts
from kmconfig.mail.ports import survey_ports
from kmconfig.mail.server import SmtpServer
from kmconfig.mail.smtp import SmtpTransport
from tests.mail.sending import SENT_AT, secret
from tests.mail.test_transcript import Ear
from tests.servers.accounts import ACCOUNTS, INBOX, SENDER

if TYPE_CHECKING:
    from kmconfig.mail.server import Encryption
    from tests.servers.mail_stack import MailStack


@pytest.fixture(autouse=True)
def _trust_stack(mail_stack: MailStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_stack.ca_file))


def submission(stack: MailStack, port: int, encryption: Encryption = "tls") -> SmtpServer:
    return SmtpServer(
        host=stack.host,
        port=port,
        encryption=encryption,
        username=SENDER,
        password=secret(ACCOUNTS[SENDER]),
        ehlo_domain="licenses.acme.example",
        timeout=20.0,
    )


def test_recipients_are_pipelined(mail_stack: MailStack) -> None:
    server, ear, test_id = submission(mail_stack, mail_stack.ports.submission), Ear(), new_test_id()
    recipients = [INBOX, SENDER]
    message = build_test_message(
        application_name="Acme License Portal",
        sender_name="Acme Licensing",
        sender_email=SENDER,
        recipients=recipients,
        facts=smtp_facts(server),
        sent_at=SENT_AT,
        test_id=test_id,
    )
    result = SmtpTransport(server, progress=ear).send(message, SENDER, recipients)

    assert result.ok, result.reply
    assert [outcome.ok for outcome in result.recipients] == [True, True]
    lines = [line for _, line in ear.lines]
    first = lines.index(f"RCPT TO:<{INBOX}>")
    assert lines[first + 1] == f"RCPT TO:<{SENDER}>"
    assert ACCOUNTS[SENDER] not in "\n".join(lines)
    for recipient in recipients:
        assert mail_stack.wait_for_message(recipient, test_id)


def test_one_unknown_recipient_among_many(mail_stack: MailStack) -> None:
    server = submission(mail_stack, mail_stack.ports.submission)
    nobody = f"nobody@{SENDER.partition('@')[2]}"
    result = SmtpTransport(server).probe(SENDER, [INBOX, nobody, SENDER])

    assert not result.ok
    assert {outcome.address: outcome.ok for outcome in result.recipients} == {INBOX: True, nobody: False, SENDER: True}
    assert result.diagnosis is not None
    assert result.diagnosis.stage == "recipient"


def test_the_ports_of_a_real_server(mail_stack: MailStack) -> None:
    ports = mail_stack.ports
    good = survey_ports(submission(mail_stack, ports.submission))
    implicit = survey_ports(submission(mail_stack, ports.smtps, "ssl"))
    mistaken = survey_ports(
        SmtpServer(host=mail_stack.host, port=ports.smtps, encryption="tls", timeout=1.0),
    )

    assert good.ok, good.advice
    assert implicit.ok, implicit.advice
    assert not mistaken.ok
    assert mistaken.advice.endswith("set `email.smtp.encryption: ssl`")
