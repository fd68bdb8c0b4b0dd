"""The transport against a mail server that others wrote."""

from __future__ import annotations

import email
import email.policy
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from kmconfig.mail.smtp import SmtpServer, SmtpTransport
from tests.mail.sending import PASSWORD, RECIPIENT, SENDER, failed_stage, loopback, message_for, secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.mail.certificates import Certificates


@dataclass
class Inbox:
    """What arrived, and who had logged in."""

    contents: list[bytes] = field(default_factory=list)
    logins: list[Any] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.contents.append(envelope.content)
        self.logins.append(session.auth_data)
        return "250 2.0.0 kept"


def accept(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword) -> AuthResult:
    good = (data.login, data.password) == (b"apikey", PASSWORD.encode())
    return AuthResult(success=good, handled=False, auth_data=data.login)


@pytest.fixture
def inbox(certificates: Certificates) -> Iterator[Inbox]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = Inbox(port=port)
    controller = Controller(
        kept,
        hostname="127.0.0.1",
        port=port,
        tls_context=certificates.good(),
        require_starttls=True,
        auth_required=True,
        authenticator=accept,
        enable_SMTPUTF8=True,
    )
    controller.start()
    yield kept
    controller.stop()


def transport(inbox: Inbox, password: str = PASSWORD) -> tuple[SmtpServer, SmtpTransport]:
    chosen = SmtpServer(
        host="localhost",
        port=inbox.port,
        encryption="tls",
        username="apikey",
        password=secret(password),
        timeout=5.0,
    )
    return chosen, SmtpTransport(chosen, resolver=loopback)


def test_send(inbox: Inbox) -> None:
    chosen, smtp = transport(inbox)
    result = smtp.send(message_for(chosen), SENDER, [RECIPIENT])

    assert result.ok
    assert result.reply == "250 2.0.0 kept"
    assert inbox.logins == [b"apikey"]
    received = email.message_from_bytes(inbox.contents[0], policy=email.policy.default)
    assert received["X-KMConfig-Test-ID"] == "4f1d8e0b"
    assert f"- Port: {inbox.port}" in received.get_content()


def test_international_sender(inbox: Inbox) -> None:
    chosen, smtp = transport(inbox)
    sender = "jürgen@acme.example"

    assert smtp.send(message_for(chosen, sender=sender), sender, [RECIPIENT]).ok
    assert "jürgen@acme.example".encode() in inbox.contents[0]


def test_wrong_password(inbox: Inbox) -> None:
    _, smtp = transport(inbox, "wrong")
    result = smtp.probe(SENDER, [RECIPIENT])

    assert failed_stage(result) == "auth"
    assert result.reply.startswith("535 5.7.8")
    assert inbox.contents == []
