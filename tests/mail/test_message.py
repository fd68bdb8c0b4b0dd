"""The test message, word by word."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.errors import ConfigurationError
from kmconfig.mail.failure import one_line
from kmconfig.mail.message import build_test_message, new_test_id, smtp_facts
from kmconfig.mail.smtp import SmtpServer
from tests.mail.sending import SENT_AT

if TYPE_CHECKING:
    from email.message import EmailMessage

SERVER = SmtpServer(host="smtp.acme.example", port=587, encryption="tls")


def build(**changes: Any) -> EmailMessage:
    values: dict[str, Any] = {
        "application_name": "Acme License Portal",
        "sender_name": "Acme Licensing",
        "sender_email": "licensing@acme.example",
        "recipients": ["mail-test@acme.example"],
        "facts": smtp_facts(SERVER),
        "sent_at": SENT_AT,
        "test_id": "4f1d8e0b",
    }
    return build_test_message(**{**values, **changes})


def received(message: EmailMessage) -> EmailMessage:
    """The message as a mail program reads it."""
    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.SMTPUTF8)
    assert isinstance(parsed, email.message.EmailMessage)
    assert parsed.defects == []
    return parsed


def test_whole_message() -> None:
    assert build(reply_to="support@acme.example").as_bytes().decode("ascii").split("\r\n") == [
        "From: Acme Licensing <licensing@acme.example>",
        "To: mail-test@acme.example",
        "Reply-To: support@acme.example",
        "Subject: Test Email from Acme License Portal",
        "Date: Mon, 15 Jan 2024 14:30:00 +0000",
        "Message-ID: <kmconfig.4f1d8e0b@acme.example>",
        "Auto-Submitted: auto-generated",
        "X-KMConfig-Test-ID: 4f1d8e0b",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "MIME-Version: 1.0",
        "",
        "This message tests the email configuration of the KeyManager platform.",
        "You have received it, so the configuration works.",
        "",
        "Configuration Details:",
        "- SMTP Host: smtp.acme.example",
        "- Port: 587",
        "- Encryption: TLS",
        "- Sent at: 2024-01-15 14:30:00 UTC",
        "",
        "Please do not reply to this message.",
        "",
    ]


def test_time_is_given_in_utc() -> None:
    message = build(sent_at=datetime(2024, 1, 15, 20, 0, tzinfo=timezone(timedelta(hours=5, minutes=30))))

    assert "- Sent at: 2024-01-15 14:30:00 UTC" in message.get_content()
    assert message["Date"] == "Mon, 15 Jan 2024 14:30:00 +0000"


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        build(sent_at=datetime(2024, 1, 15, 14, 30))  # noqa: DTZ001 - that is the fault


def test_facts_of_a_server() -> None:
    assert smtp_facts(SERVER, port=2525)[1] == ("Port", "2525")
    assert smtp_facts(SmtpServer(host="h", port=465, encryption="ssl"))[2] == ("Encryption", "SSL")
    assert smtp_facts(SmtpServer(host="h", port=25, encryption="none"))[2] == ("Encryption", "None")


def test_given_message_id_is_kept() -> None:
    assert build(message_id="<run-7@acme.example>")["Message-ID"] == "<run-7@acme.example>"


def test_message_id_is_in_the_domain_of_an_international_sender() -> None:
    assert build(sender_email="x@bücher.example")["Message-ID"] == "<kmconfig.4f1d8e0b@xn--bcher-kva.example>"


def test_several_recipients() -> None:
    message = received(build(recipients=["a@acme.example", '"b c"@acme.example']))

    assert [address.username for address in message["To"].addresses] == ["a", "b c"]


def test_ids_differ() -> None:
    ids = {new_test_id() for _ in range(50)}

    assert len(ids) == 50
    assert all(len(one) == 16 and one.isalnum() for one in ids)


NASTY = "x\r\nBcc: victim@acme.example\r\n\r\nbody\u2028\u202e\x00\x1b[31m\ud800"


ENCODED = "=?utf-8?q?x=0D=0ABcc:_victim=40acme.example=0D=0A=0D=0Abody?="


@pytest.mark.parametrize("field", ["application_name", "sender_name"])
@pytest.mark.parametrize("nasty", [NASTY, ENCODED])
def test_nothing_adds_a_header(field: str, nasty: str) -> None:
    message = received(build(**{field: nasty}))

    assert set(message.keys()) == set(build().keys())
    assert "Configuration Details:" in message.get_content()


@pytest.mark.parametrize("field", ["sender_email", "reply_to", "recipients"])
def test_encoded_words_in_addresses_add_nothing_either(field: str) -> None:
    address = f"{ENCODED.replace(':', '=3A')}@acme.example"
    content = build(**{field: [address] if field == "recipients" else address}).as_bytes()

    assert b"\nBcc" not in content
    assert address.encode() in content


@pytest.mark.parametrize("field", ["message_id", "test_id"])
@pytest.mark.parametrize("nasty", [NASTY, ENCODED, "a b", "ü"])
def test_odd_ids_are_refused(field: str, nasty: str) -> None:
    with pytest.raises(ValueError, match="id holds"):
        build(**{field: nasty})


def test_nothing_adds_a_line_to_the_body() -> None:
    message = received(build(facts=[("SMTP Host", NASTY)]))

    line = next(line for line in message.get_content().splitlines() if "SMTP Host" in line)
    assert line.startswith("- SMTP Host: x Bcc: victim@acme.example body")
    assert line.isprintable()


@pytest.mark.parametrize("field", ["sender_email", "reply_to", "recipients"])
@pytest.mark.parametrize(
    "address", ["nobody", "a@b@", "a@acme.example\r\nBcc: x", "Name <a@acme.example>", "a@ü ü.example"]
)
def test_what_is_no_address_is_refused(field: str, address: str) -> None:
    with pytest.raises(ConfigurationError):
        build(**{field: [address] if field == "recipients" else address})


@given(name=st.text(max_size=64), application=st.text(max_size=64))
def test_any_name_arrives_as_it_was(name: str, application: str) -> None:
    content = build(sender_name=name, application_name=application).as_bytes()

    display_name, address = parseaddr(unfolded(content, "From"))
    assert address == "licensing@acme.example"
    assert words(decoded(display_name)) == words(one_line(name))
    assert words(decoded(unfolded(content, "Subject"))) == words(f"Test Email from {one_line(application)}")
    assert max(map(len, content.split(b"\r\n"))) <= 100


def unfolded(content: bytes, header: str) -> str:
    return str(email.message_from_bytes(content)[header]).replace("\r\n", "")


def decoded(text: str) -> str:
    return str(make_header(decode_header(text)))


def words(text: str) -> list[str]:
    return text.split()
