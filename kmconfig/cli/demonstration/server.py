"""A mail server for the demo: on loopback, with STARTTLS, a login, and a throw-away certificate authority."""

from __future__ import annotations

import hmac
import logging
import socket
import ssl
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, Session


class DemoServer:
    """The running server: its port, and the messages it has taken."""

    def __init__(self, *, username: str, password: str) -> None:
        self.port = 0
        self.received: list[EmailMessage] = []
        self._username = username
        self._password = password

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Keep a message."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.received.append(message_from_bytes(content, policy=policy.default))
        return f"250 2.0.0 Ok: queued as DEMO{len(self.received):04d}"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:  # noqa: ARG002
        """Let the one account in."""
        known = isinstance(data, LoginPassword) and (
            hmac.compare_digest(data.login, self._username.encode())
            and hmac.compare_digest(data.password, self._password.encode())
        )
        return AuthResult(success=known, handled=False)


@contextmanager
def serve(*, username: str, password: str, ca_file: Path) -> Iterator[DemoServer]:
    """Run the server on a free port for the block; its authority's certificate is written to ``ca_file``."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the server's remarks are no part of the story
    authority = trustme.CA(organization_name="kmconfig demo")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(ca_file)
    server = DemoServer(username=username, password=password)
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=_free_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=server.authenticate,
        ident="demo mail server",
    )
    controller.start()
    try:
        server.port = controller.port
        yield server
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
