"""The test message."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from kmconfig.errors import ConfigurationError
from kmconfig.mail.addresses import needs_smtputf8, wire_address
from kmconfig.mail.failure import StageFailed, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmconfig.mail.server import SmtpServer

TEST_ID_HEADER: Final = "X-KMConfig-Test-ID"
_TOKEN: Final = re.compile(r"[A-Za-z0-9._-]+")
_MESSAGE_ID: Final = re.compile(r"<[A-Za-z0-9._-]+@[A-Za-z0-9.:_\[\]-]+>")
_LINE: Final = 76
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_QUOTED: Final = re.compile(r'(["\\])')
_ESCAPE: Final = r"\\\1"
_ENCRYPTION_WORDS: Final = {"tls": "TLS", "ssl": "SSL", "none": "None"}


def new_test_id() -> str:
    """Return 16 random hexadecimal digits by which a test message is found again."""
    return secrets.token_hex(8)


def smtp_facts(server: SmtpServer, *, port: int | None = None) -> tuple[tuple[str, str], ...]:
    """Return what the message says about an SMTP server; ``port`` is the one really used."""
    return (
        ("SMTP Host", server.host),
        ("Port", str(port or server.port)),
        ("Encryption", _ENCRYPTION_WORDS[server.encryption]),
    )


def build_test_message(
    *,
    application_name: str,
    sender_name: str,
    sender_email: str,
    reply_to: str | None = None,
    recipients: Sequence[str],
    facts: Sequence[tuple[str, str]],
    sent_at: datetime,
    test_id: str,
    message_id: str | None = None,
) -> EmailMessage:
    """Return the test message; ``facts`` are the lines of its details, ``sent_at`` is an aware time.

    Line breaks and control characters in names and facts become blanks, so that nothing can add a header.
    Domains are written in ASCII; a local part beyond ASCII makes a message that needs SMTPUTF8 (RFC 6532).
    Raises :class:`ConfigurationError` for what is no mail address, ``ValueError`` for a naive time or an odd id.
    """
    if sent_at.tzinfo is None:
        raise ValueError("`sent_at` needs a time zone")
    addresses = (sender_email, *recipients, *((reply_to,) if reply_to else ()))
    international = any(map(needs_smtputf8, addresses))
    chosen = policy.SMTPUTF8 if international else policy.SMTP
    message = EmailMessage(policy=chosen.clone(refold_source="none"))
    headers = {
        "From": _Mailbox.parse(sender_email).named(one_line(sender_name)),
        "To": ",\n ".join(_Mailbox.parse(recipient).plain for recipient in recipients),
        "Reply-To": _Mailbox.parse(reply_to).plain if reply_to else None,
        "Subject": _encoded(f"Test Email from {one_line(application_name)}", after="Subject"),
        "Date": format_datetime(sent_at.astimezone(UTC)),
        "Message-ID": _token(message_id, _MESSAGE_ID) if message_id else new_message_id(test_id, sender_email),
        "Auto-Submitted": "auto-generated",
        TEST_ID_HEADER: _token(test_id),
    }
    for name, value in headers.items():
        if value is not None:
            # Encoded here and kept as it is: the header classes decode encoded words wherever they stand,
            # and some versions then write the line breaks that were hidden in them.
            message.set_raw(name, value)
    message.set_content(_body(facts, sent_at), cte="quoted-printable")
    return message


def new_message_id(test_id: str, sender_email: str) -> str:
    """Return a Message-ID in the sender's domain, unique by the test id."""
    return f"<kmconfig.{_token(test_id)}@{_Mailbox.parse(sender_email).domain}>"


def headers_are_ascii(message: EmailMessage) -> bool:
    """Whether a message can do without SMTPUTF8 (RFC 6532), as its headers stand."""
    return all(str(value).isascii() for _, value in message.raw_items())


def _token(text: str, form: re.Pattern[str] = _TOKEN) -> str:
    if not form.fullmatch(text):
        raise ValueError("an id holds letters, digits, dots, hyphens and underscores only")
    return text


@dataclass(frozen=True, slots=True)
class _Mailbox:
    local: str
    domain: str

    @classmethod
    def parse(cls, address: str) -> _Mailbox:
        try:
            local, _, domain = wire_address(address).rpartition("@")
        except StageFailed as failed:
            problem = failed.words
        else:
            return cls(local, domain)
        raise ConfigurationError(problem, help="correct the address: one `@`, no blanks, no display name")

    @property
    def plain(self) -> str:
        return f"{self.local}@{self.domain}"

    def named(self, name: str) -> str:
        """Return a From header's text, folded."""
        address = f"<{self.plain}>"
        if not name:
            return address
        phrase = _encoded(name, after="From", quoted=True)
        gap = " " if len(phrase.rpartition("\n")[2]) + len(address) < _LINE - len("From: ") else "\n "
        return f"{phrase}{gap}{address}"


def _encoded(text: str, *, after: str, quoted: bool = False) -> str:
    """Return header text, folded; as encoded words (RFC 2047) where it is or looks like more than ASCII."""
    if text.isascii() and "=?" not in text:
        return f'"{_QUOTED.sub(_ESCAPE, text)}"' if quoted and not _ATOMS.fullmatch(text) else text
    return Header(text, "utf-8", maxlinelen=_LINE, header_name=after).encode(splitchars="")


def _body(facts: Sequence[tuple[str, str]], sent_at: datetime) -> str:
    sent = sent_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    lines = [f"- {one_line(label)}: {one_line(value)}" for label, value in (*facts, ("Sent at", sent))]
    return "\n".join(
        (
            "This message tests the email configuration of the KeyManager platform.",
            "You have received it, so the configuration works.",
            "",
            "Configuration Details:",
            *lines,
            "",
            "Please do not reply to this message.",
            "",
        )
    )
