"""Short ways to a probe or a send in tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kmconfig.mail.message import build_test_message, smtp_facts
from kmconfig.mail.smtp import SmtpServer, SmtpTransport
from kmconfig.secrets.secret import Secret

if TYPE_CHECKING:
    from email.message import EmailMessage

    from kmconfig.mail.server import MailResult
    from tests.mail.servers import Server

SENDER = "licensing@acme.example"
RECIPIENT = "mail-test@acme.example"
PASSWORD = "correct horse battery"
SENT_AT = datetime(2024, 1, 15, 14, 30, tzinfo=UTC)


def secret(value: str = PASSWORD) -> Secret:
    return Secret(value, reference="env: SMTP_PASSWORD")


def settings(server: Server, **changes: Any) -> SmtpServer:
    """The settings for ``server``; with a login unless ``username`` is given as ``None``."""
    values: dict[str, Any] = {
        "host": "localhost",
        "port": server.port,
        "encryption": "tls",
        "username": "apikey",
        "password": secret(),
        "ehlo_domain": "licenses.acme.example",
        "timeout": 5.0,
    }
    values.update(changes)
    if values["username"] is None:
        values["password"] = None
    return SmtpServer(**values)


def loopback(_host: str) -> list[str]:
    """Resolve every name to the IPv4 loopback address."""
    return ["127.0.0.1"]


def message_for(server: SmtpServer, *, sender: str = SENDER, recipient: str = RECIPIENT) -> EmailMessage:
    return build_test_message(
        application_name="Acme License Portal",
        sender_name="Acme Licensing",
        sender_email=sender,
        recipients=[recipient],
        facts=smtp_facts(server),
        sent_at=SENT_AT,
        test_id="4f1d8e0b",
    )


def probe(server: Server, **changes: Any) -> MailResult:
    return SmtpTransport(settings(server, **changes), resolver=loopback).probe(SENDER, [RECIPIENT])


def send(server: Server, **changes: Any) -> MailResult:
    chosen = settings(server, **changes)
    return SmtpTransport(chosen, resolver=loopback).send(message_for(chosen), SENDER, [RECIPIENT])


def verdicts(result: MailResult) -> list[tuple[str, bool]]:
    return [(stage.stage, stage.ok) for stage in result.stages]


def failed_stage(result: MailResult) -> str:
    """The stage of the diagnosis, after making sure that it is the last one and failed."""
    assert not result.ok
    assert result.diagnosis is not None
    assert verdicts(result)[-1] == (result.diagnosis.stage, False)
    assert result.diagnosis.remedies
    return result.diagnosis.stage
