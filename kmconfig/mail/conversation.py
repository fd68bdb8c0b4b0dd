"""One conversation with a server: greeting, TLS, login, envelope, message."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from email import policy
from typing import TYPE_CHECKING, Final

from kmconfig.mail import login, tls
from kmconfig.mail.addresses import address_literal, ascii_domain, needs_smtputf8, wire_address
from kmconfig.mail.failure import Reply, StageFailed, bounded
from kmconfig.mail.scrub import Scrubber
from kmconfig.mail.server import RecipientOutcome
from kmconfig.mail.wire import Wire

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Sequence
    from email.message import EmailMessage

    from kmconfig.mail.reach import Reached
    from kmconfig.mail.server import SmtpServer
    from kmconfig.mail.stages import Recorder
    from kmconfig.secrets.secret import Secret

    Authorize = Callable[[str, int], None]
    """Asked with host and port before a login leaves; raises a ``KmconfigError`` to forbid it."""

_FAREWELL: Final = 5.0
"""Seconds at most for RSET and QUIT, on which nothing depends."""

_NAMED: Final = frozenset({"from", "reply-to"})
_FEW: Final = 3
"""Recipients whose replies stand in the stage's detail; those of more are told one by one."""

_BATCH: Final = 50
"""Recipients sent at once: their commands and replies fit into the buffers of any connection (RFC 2920 §3.1)."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """What a conversation has shown so far."""

    port: int | None = None
    tls: tls.TlsFacts | None = None
    reply: str = ""
    recipients: list[RecipientOutcome] = field(default_factory=list)
    unreachable: list[StageFailed] = field(default_factory=list)


class Conversation:
    """The stages from ``tls`` to ``accepted`` over one connection; faults are :class:`StageFailed`."""

    def __init__(self, server: SmtpServer, reached: Reached, *, port: int, recorder: Recorder, seen: Seen) -> None:
        self._server = server
        self._port = port
        self._recorder = recorder
        self._seen = seen
        self._scrubber = Scrubber()
        self._wire = Wire(
            reached.sock,
            host=server.host,
            ehlo=ascii_domain(server.ehlo_domain or "") or _own_name(reached.sock),
            scrubber=self._scrubber,
            listener=recorder.listener,
        )

    def greet(self, context: ssl.SSLContext | None) -> None:
        """Come as far as an answered EHLO, encrypted as configured: stages ``tls`` and ``greeting``."""
        banner = ""
        if self._server.encryption == "tls":
            banner = self._starttls(context)
        elif self._server.encryption == "ssl":
            self._implicit_tls(context)
        with self._recorder.stage("greeting") as note:
            self._wire.begin(self._server.timeout)
            note.detail = banner or self._banner()
            self._ehlo()

    def _implicit_tls(self, context: ssl.SSLContext | None) -> None:
        with self._recorder.stage("tls") as note:
            self._wire.begin(self._server.timeout)
            self._seen.tls = self._wire.encrypt(context or tls.verified_context())
            note.detail = self._seen.tls.summary

    def _starttls(self, context: ssl.SSLContext | None) -> str:
        with self._recorder.stage("tls") as note:
            self._wire.begin(self._server.timeout)
            try:
                banner = self._banner()
                self._ehlo()
            except StageFailed as failed:
                failed.stage = "greeting"
                raise
            if not self._wire.has_extn("starttls"):
                raise StageFailed("no-starttls", "the server does not offer STARTTLS")
            self._expect(self._wire.ask("STARTTLS"), 220)
            self._seen.tls = self._wire.encrypt(context or tls.verified_context())
            note.detail = self._seen.tls.summary
        return banner

    def _banner(self) -> str:
        reply = self._wire.hear()
        self._expect(reply, 220)
        return reply.words

    def _ehlo(self) -> None:
        code, text = self._wire.ehlo()
        reply = Reply(code, self._wire.readable(text))
        if code == 250:
            return
        plain = self._server.encryption == "none" and self._server.username is None
        if code not in {500, 502, 504} or not plain:
            raise StageFailed.from_reply(reply)
        self._expect(self._wire.ask("HELO", self._wire.local_hostname), 250)

    def log_in(self, authorize: Authorize | None) -> None:
        """Log in where a user name is set: stage ``auth``."""
        username, password = self._server.username, self._server.password
        if username is None and password is None:
            return
        if authorize is not None:
            authorize(self._server.host, self._port)
        with self._recorder.stage("auth") as note:
            self._wire.begin(self._server.timeout)
            if username is None or password is None:
                missing = "username" if username is None else "password"
                raise StageFailed("half-login", f"the {missing} of the login is missing")
            note.detail = self._authenticate(username, password)

    def _authenticate(self, username: str | Secret, password: Secret) -> str:
        if not self._wire.encrypted and self._server.encryption != "none":
            raise StageFailed("clear-login", "no login is sent without encryption")
        credentials = login.Credentials.reveal(username, password, self._scrubber)
        mechanism, reply = login.log_in(self._wire, credentials, self._scrubber, auth=self._server.auth)
        return f"{mechanism}: {reply.words}"

    def envelope(self, sender: str, recipients: Sequence[str], message: EmailMessage | None) -> None:
        """Name the sender and every recipient: stages ``sender`` and ``recipient``."""
        options = ""
        with self._recorder.stage("sender") as note:
            self._wire.begin(self._server.timeout)
            address = wire_address(sender)
            if self._international(sender, recipients, message):
                options = " SMTPUTF8"
                self._wire.command_encoding = "utf-8"
            reply = self._wire.ask("MAIL", f"FROM:<{address}>{options}")
            self._expect(reply, 250)
            note.detail = f"{sender}: {reply.words}"
        with self._recorder.stage("recipient") as note:
            self._wire.begin(self._server.timeout)
            note.detail = self._recipients(recipients)

    def _international(self, sender: str, recipients: Sequence[str], message: EmailMessage | None) -> bool:
        """Whether SMTPUTF8 is needed; a failure where it is needed and not offered (RFC 6531 §3.1)."""
        needing = [address for address in (sender, *_header_addresses(message)) if needs_smtputf8(address)]
        to = [address for address in recipients if needs_smtputf8(address)]
        if not needing and not to:
            return False
        if not self._wire.has_extn("smtputf8"):
            who = (needing or to)[0]
            raise StageFailed(
                "no-smtputf8",
                f"`{who}` needs SMTPUTF8, which the server does not offer",
                stage=None if needing else "recipient",
            )
        return True

    def _recipients(self, recipients: Sequence[str]) -> str:
        refused: Reply | None = None
        commands = [f"RCPT TO:<{wire_address(recipient)}>" for recipient in recipients]
        for recipient, reply in zip(recipients, self._replies(commands), strict=True):
            self._seen.recipients.append(RecipientOutcome(recipient, reply.code, bounded(reply.text)))
            self._seen.reply = reply.words
            if reply.code not in {250, 251, 252}:
                refused = refused or reply
            if reply.code == 421:
                break
        if refused is not None:
            raise StageFailed.from_reply(refused)
        if len(recipients) > _FEW:
            return f"{len(recipients)} recipients taken"
        return "; ".join(f"{seen.address}: {seen.code} {seen.text}" for seen in self._seen.recipients)

    def _replies(self, commands: Sequence[str]) -> Iterator[Reply]:
        """The replies to commands: sent in batches where the server takes that, else one after the other."""
        size = _BATCH if self._wire.has_extn("pipelining") else 1
        for start in range(0, len(commands), size):
            yield from self._wire.ask_all(commands[start : start + size])

    def reset(self) -> None:
        """Take the envelope back, so that nothing is sent."""
        self._wire.begin(min(self._server.timeout, _FAREWELL))
        # The verdict stands, and a connection that ends without DATA sends nothing either.
        with suppress(StageFailed):
            self._wire.ask("RSET")

    def deliver(self, message: EmailMessage) -> None:
        """Send the message and wait for the verdict: stages ``data`` and ``accepted``."""
        with self._recorder.stage("data") as note:
            self._wire.begin(self._server.timeout)
            content = self._content(message)
            self._expect(self._wire.ask("DATA"), 354)
            self._wire.send(content)
            note.detail = f"{len(content)} bytes"
        with self._recorder.stage("accepted") as note:
            self._wire.begin(self._server.timeout)
            reply = self._wire.hear()
            self._expect(reply, 250)
            note.detail = self._seen.reply = reply.words

    def _content(self, message: EmailMessage) -> bytes:
        """Return the message as DATA wants it: CRLF, leading dots doubled, a lone dot at the end."""
        chosen = policy.SMTPUTF8 if self._wire.command_encoding == "utf-8" else policy.SMTP
        content = message.as_bytes(policy=chosen.clone(cte_type="7bit", refold_source="none"))
        content = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
        content = re.sub(rb"(?m)^\.", b"..", content)
        return content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")

    def hang_up(self) -> None:
        """Close at once, in the middle of whatever is going on."""
        self._wire.close()

    def leave(self) -> None:
        """Say goodbye if anybody still listens, and close."""
        self._wire.begin(min(self._server.timeout, _FAREWELL))
        # Everything that matters has been said; a server that hangs up first is no fault.
        with suppress(StageFailed):
            self._wire.farewell()
        self._wire.close()

    @staticmethod
    def _expect(reply: Reply, code: int) -> None:
        if reply.code != code:
            raise StageFailed.from_reply(reply)


def _header_addresses(message: EmailMessage | None) -> list[str]:
    """The addresses of From and Reply-To where one may need SMTPUTF8; an ASCII header, as nearly all are, has none."""
    if message is None:
        return []
    named = [name for name, value in message.raw_items() if name.lower() in _NAMED and not str(value).isascii()]
    return [address.addr_spec for name in named for address in message[name].addresses]


def _own_name(sock: socket.socket) -> str:
    """Return the host's full name, or its address in brackets; never asks the network (RFC 5321 §4.1.3)."""
    name = socket.gethostname()
    proper = "." in name and re.fullmatch(r"[A-Za-z0-9.-]+", name)
    return name if proper else address_literal(str(sock.getsockname()[0]))
