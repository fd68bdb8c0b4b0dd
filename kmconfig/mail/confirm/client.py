"""An IMAP connection that ends: every byte before a deadline, every line and literal within a limit.

Python's client waits as long for each packet as for the first, and reserves as many bytes as a server announces.
Here reading and writing are replaced, at the places that :mod:`imaplib` documents for that purpose.
"""

from __future__ import annotations

import imaplib
import time
from typing import TYPE_CHECKING, Any, Final

from kmconfig.mail import tls
from kmconfig.mail.failure import StageFailed

if TYPE_CHECKING:
    import socket

    from kmconfig.mail.confirm.server import ImapServer

LONGEST_LINE: Final = 32 * 1024
LONGEST_LITERAL: Final = 2 * 1024 * 1024
MOST_BYTES: Final = 16 * 1024 * 1024
"""Of one connection. A search for one id and the message itself are far below."""


class Deadline:
    """The moment at which everything ends, ``seconds`` from now."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left. Raises TimeoutError where there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        return left

    @property
    def over(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self._ends


class BoundedClient(imaplib.IMAP4):
    """An :class:`imaplib.IMAP4` over a socket that is already open, encrypted before the login is sent.

    ``deadline`` may be replaced for the next command.
    """

    def __init__(self, sock: socket.socket, server: ImapServer, *, deadline: Deadline) -> None:
        self._server = server
        self._received = bytearray()
        self._total = 0
        self.sock = sock
        self.deadline = deadline
        self.tls: tls.TlsFacts | None = None
        super().__init__(server.host, server.port)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:  # noqa: ARG002
        """Begin TLS, unless STARTTLS comes later; the connection itself stands already."""
        self.host, self.port = self._server.host, self._server.port
        if not self._server.starttls:
            self._encrypt()

    def upgrade(self) -> None:
        """STARTTLS (RFC 9051, section 6.2.1); no login and no mailbox without it. Raises StageFailed."""
        if self.state != "NONAUTH":
            raise StageFailed("preauth", "the server greets as if somebody had logged in, before encryption")
        if "STARTTLS" not in self.capabilities:
            raise StageFailed("no-starttls", "the server does not offer STARTTLS")
        status, data = self._simple_command("STARTTLS")
        if status != "OK":
            raise StageFailed("no-starttls", f"STARTTLS: {status} {data!r}")
        if self._received:
            raise StageFailed("early-data", "the server sent data after its STARTTLS answer, before encryption began")
        self._encrypt()
        self.untagged_responses: dict[str, Any] = {}
        self._get_capabilities()

    def log_in(self, username: str, password: str) -> tuple[str, Any]:
        """LOGIN with both words quoted; the base class quotes only one."""
        status, data = self._simple_command("LOGIN", self._quote(username), self._quote(password))
        if status == "OK":
            self.state = "AUTH"
        return status, data

    def _encrypt(self) -> None:
        context = tls.verified_context()
        sock = tls.handshake(self.sock, host=self.host, context=context, timeout=self.deadline.left)
        self.sock = sock
        self.tls = tls.facts(sock)

    def read(self, size: int) -> bytes:
        """Return exactly ``size`` bytes. Raises ``abort`` where that is more than a message may have."""
        if size > LONGEST_LITERAL:
            raise self.abort(f"the server announces a literal of {size} bytes")
        while len(self._received) < size:
            self._receive()
        return self._take(size)

    def readline(self) -> bytes:
        """Return the next line with its line end. Raises ``abort`` where it is too long."""
        searched = 0
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            if searched > LONGEST_LINE:
                raise self.abort(f"the server sent a line of more than {LONGEST_LINE} bytes")
            self._receive()
        return self._take(end + 1)

    def line_within(self, seconds: float) -> bytes | None:
        """Return the next line, or None where the server says nothing for ``seconds``."""
        usual = self.deadline
        self.deadline = Deadline(min(seconds, usual.left))
        try:
            return self.readline()
        except TimeoutError:
            return None
        finally:
            self.deadline = usual

    def send(self, data: Any) -> None:
        """Send bytes before the deadline."""
        self.sock.settimeout(self.deadline.left)
        self.sock.sendall(data)

    def shutdown(self) -> None:
        """Close the connection."""
        self.sock.close()

    def _log(self, line: str) -> None:
        """Keep no line: the base class remembers the last ones, and LOGIN is one of them."""

    def _receive(self) -> None:
        self.sock.settimeout(self.deadline.left)
        data = self.sock.recv(16384)
        if not data:
            raise self.abort("the server closed the connection")
        self._total += len(data)
        if self._total > MOST_BYTES:
            raise self.abort(f"the server sent more than {MOST_BYTES} bytes")
        self._received += data

    def _take(self, size: int) -> bytes:
        data = bytes(self._received[:size])
        del self._received[:size]
        return data
