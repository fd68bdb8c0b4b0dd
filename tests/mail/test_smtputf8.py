"""Names and addresses beyond ASCII."""

from __future__ import annotations

import email
import email.policy
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.message import build_test_message
from kmconfig.mail.smtp import SmtpTransport
from tests.mail.sending import RECIPIENT, SENDER, SENT_AT, failed_stage, loopback, settings
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from kmconfig.mail.server import MailResult
    from tests.mail.certificates import Certificates

INTERNATIONAL = "jürgen@bücher.example"


def deliver(
    server: Server, *, sender: str = SENDER, recipient: str = RECIPIENT, reply_to: str | None = None
) -> MailResult:
    message = build_test_message(
        application_name="Müllers Lizenzportal",
        sender_name="Müller, Lizenzen “EU”",
        sender_email=sender,
        reply_to=reply_to,
        recipients=[recipient],
        facts=[("SMTP Host", "bücher.example")],
        sent_at=SENT_AT,
        test_id="4f1d8e0b",
    )
    return SmtpTransport(settings(server), resolver=loopback).send(message, sender, [recipient])


def able(certificates: Certificates) -> Smtp:
    return Smtp(starttls=certificates.good(), extensions=("8BITMIME", "SMTPUTF8"))


def test_smtputf8_is_used_where_needed_and_offered(certificates: Certificates) -> None:
    with Server(able(certificates)) as server:
        result = deliver(server, sender=INTERNATIONAL, recipient="用户@例え.example")

    assert result.ok
    assert server.said("MAIL") == ["MAIL FROM:<jürgen@xn--bcher-kva.example> SMTPUTF8"]
    assert server.said("RCPT") == ["RCPT TO:<用户@xn--r8jz45g.example>"]
    received = email.message_from_string(server.messages[0].decode(), policy=email.policy.SMTPUTF8)
    assert received["From"].addresses[0].addr_spec == "jürgen@xn--bcher-kva.example"
    assert received["From"].addresses[0].display_name == "Müller, Lizenzen “EU”"


def test_smtputf8_is_not_used_where_only_domain_and_names_need_it(certificates: Certificates) -> None:
    with Server(able(certificates)) as server:
        result = deliver(server, sender="licensing@bücher.example")

    assert result.ok
    assert server.said("MAIL") == ["MAIL FROM:<licensing@xn--bcher-kva.example>"]
    assert server.messages[0].isascii()
    received = email.message_from_bytes(server.messages[0], policy=email.policy.default)
    assert received["Subject"] == "Test Email from Müllers Lizenzportal"
    assert received["From"].addresses[0].display_name == "Müller, Lizenzen “EU”"
    assert received["From"].addresses[0].domain == "xn--bcher-kva.example"
    assert "bücher.example" in received.get_content()


@pytest.mark.parametrize("place", ["sender", "recipient", "reply_to"])
def test_smtputf8_needed_and_not_offered(certificates: Certificates, place: str) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        result = deliver(server, **{place: INTERNATIONAL})

    assert failed_stage(result) == ("recipient" if place == "recipient" else "sender")
    assert result.diagnosis is not None
    assert INTERNATIONAL.partition("@")[0] in result.diagnosis.symptom
    assert "SMTPUTF8" in result.diagnosis.symptom
    assert server.messages == []
    assert server.said("RCPT") == []
