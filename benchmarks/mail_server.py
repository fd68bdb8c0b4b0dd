"""A mail server for benchmarks: `python -m benchmarks.mail_server CA_FILE` prints its port and serves until stdin ends.

STARTTLS with a certificate of its own authority, which it writes to CA_FILE; any login is taken, mail is thrown away.
It runs in a process of its own, so that it does not share an interpreter with what is measured.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import sys
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

HOST = "localhost"


class Sink:
    """Takes every message."""

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Throw it away."""
        return "250 2.0.0 taken"


def _accept(*_: object) -> AuthResult:
    return AuthResult(success=True)


def _context(authority_file: Path) -> ssl.SSLContext:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(authority_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, "127.0.0.1").configure_cert(context)
    return context


async def _serve(authority_file: Path) -> None:
    context = _context(authority_file)

    def connection() -> Any:
        return SMTP(
            Sink(),
            hostname="mx.bench.test",
            tls_context=context,
            require_starttls=True,
            authenticator=_accept,
            auth_required=True,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", 0, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    logging.disable()
    asyncio.run(_serve(Path(sys.argv[1])))
