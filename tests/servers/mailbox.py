"""Reading delivered mail from Dovecot over IMAP, with the certificate verified."""

from __future__ import annotations

import email
import email.policy
import imaplib
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One account's INBOX."""

    host: str
    port: int
    ca_file: Path
    login: str
    password: str

    def wait_for(self, token: str, *, timeout: float) -> EmailMessage:
        """Return the first message that holds *token* in its header or text.

        Raises ``TimeoutError`` where none has arrived after *timeout* seconds.
        """
        deadline = time.monotonic() + timeout
        pause = threading.Event()
        with self._open() as imap:
            while True:
                found = _search(imap, token)
                if found:
                    return _fetch(imap, found[0])
                if time.monotonic() >= deadline:
                    raise TimeoutError(f"no message with {token!r} for {self.login} after {timeout} s")
                pause.wait(_POLL_SECONDS)
                imap.noop()

    def count(self, token: str) -> int:
        """Return how many messages hold *token* now."""
        with self._open() as imap:
            return len(_search(imap, token))

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4_SSL]:
        trust = ssl.create_default_context(cafile=str(self.ca_file))
        with imaplib.IMAP4_SSL(self.host, self.port, ssl_context=trust, timeout=10) as imap:
            # AUTHENTICATE takes bytes; imaplib's LOGIN cannot carry a password outside ASCII.
            answer = f"\0{self.login}\0{self.password}".encode()
            imap.authenticate("PLAIN", lambda _challenge: answer)
            imap.select("INBOX", readonly=True)
            yield imap


def _search(imap: imaplib.IMAP4_SSL, token: str) -> list[str]:
    quoted = token.replace("\\", "\\\\").replace('"', '\\"')
    _status, data = imap.search(None, "TEXT", f'"{quoted}"')
    return [number.decode("ascii") for number in data[0].split()]


def _fetch(imap: imaplib.IMAP4_SSL, number: str) -> EmailMessage:
    _status, data = imap.fetch(number, "(BODY.PEEK[])")
    first = data[0]
    if not isinstance(first, tuple):
        raise TypeError(f"message {number} has no body: {first!r}")
    message = email.message_from_bytes(first[1], policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the default policy makes EmailMessage objects")
    return message
