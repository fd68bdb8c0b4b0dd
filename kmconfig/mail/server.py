"""What an SMTP transport is given, and what every transport gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from kmconfig.mail.diagnosis import Diagnosis
    from kmconfig.mail.stages import Stage
    from kmconfig.secrets.secret import Secret

Encryption = Literal["tls", "ssl", "none"]
Auth = Literal["login", "xoauth2"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """A server and how to speak to it: ``tls`` is STARTTLS, ``ssl`` is TLS from the first byte.

    With ``auth`` ``xoauth2`` the password is an OAuth access token. ``fallback_ports`` are tried in order when ``port``
    cannot be reached, with the same encryption.
    ``timeout`` is in seconds and counts for each stage.
    """

    host: str
    port: int
    encryption: Encryption
    username: str | Secret | None = None
    password: Secret | None = None
    auth: Auth = "login"
    fallback_ports: tuple[int, ...] = ()
    ehlo_domain: str | None = None
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class RecipientOutcome:
    """What the server said to one recipient: the address, the reply code and its text."""

    address: str
    code: int
    text: str

    @property
    def ok(self) -> bool:
        """Whether the recipient was taken."""
        return 200 <= self.code < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class MailResult:
    """What a probe or a send showed.

    ``reply`` holds the server's last words on the matter. What only SMTP knows is None for other drivers: ``ok`` may
    be true although the main port could not be reached; then ``port_used`` is a fallback and ``main_port`` says what
    is wrong with the main one. ``notes`` are remarks for people that are no failure, such as a sandbox.
    """

    ok: bool
    stages: tuple[Stage, ...]
    reply: str
    recipients: tuple[RecipientOutcome, ...]
    diagnosis: Diagnosis | None
    port_used: int | None = None
    tls_version: str | None = None
    cipher: str | None = None
    certificate_expires: datetime | None = None
    main_port: Diagnosis | None = None
    notes: tuple[str, ...] = ()
