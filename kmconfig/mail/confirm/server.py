"""The mailbox that `email.test.confirm` names, and the secrets it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from kmconfig.environment.reference import SecretRef
from kmconfig.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.settings import ConfirmSettings
    from kmconfig.secrets.secret import Secret

_PORTS: Final = {"imaps": 993, "imap": 143}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapServer:
    """A mailbox and how to reach it: TLS from the first byte, or with ``starttls`` after that command; never none."""

    host: str
    port: int
    starttls: bool
    username: str | Secret
    password: Secret

    @property
    def where(self) -> str:
        """Host, port and encryption, for people."""
        return f"{self.host} port {self.port}, {'STARTTLS' if self.starttls else 'implicit TLS'}"


def require_mailbox(environment: Environment) -> ConfirmSettings:
    """Return where to look for the message. Raises UsageError where the files do not say."""
    settings = environment.email.test_confirm
    if settings is None or settings.imap is None or settings.username is None or settings.password is None:
        raise UsageError(
            f"`{environment.name}` names no mailbox to look into: `email.test.confirm` is not set",
            help="set `email.test.confirm` with `imap: imaps://HOST`, `username` and a `password` reference",
        )
    return settings


def mailbox_references(settings: ConfirmSettings) -> list[SecretRef]:
    """The secret references of a mailbox."""
    values = (settings.username, settings.password)
    return [value.data for value in values if value is not None and isinstance(value.data, SecretRef)]


def address_of(settings: ConfirmSettings) -> tuple[str, int]:
    """Host and port of a mailbox. Raises ConfigurationError for a URL that has none."""
    text = settings.imap.data if settings.imap is not None else ""
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError:
        host, port = None, None
    if not host:
        raise ConfigurationError(f"`email.test.confirm.imap: {text}` names no server", help="write imaps://HOST[:PORT]")
    return host, port or _PORTS[url.scheme]


def imap_server(settings: ConfirmSettings, secrets: Mapping[SecretRef, Secret]) -> ImapServer:
    """The mailbox with its login."""
    if settings.imap is None or settings.username is None or settings.password is None:
        raise ValueError("a mailbox is checked for its settings before it is used")
    host, port = address_of(settings)
    name = settings.username.data
    return ImapServer(
        host=host,
        port=port,
        starttls=urlsplit(settings.imap.data).scheme == "imap",
        username=secrets[name] if isinstance(name, SecretRef) else name,
        password=secrets[settings.password.data],
    )


def unlikely_recipients(settings: ConfirmSettings, recipients: Sequence[str]) -> str | None:
    """Return a remark where the mailbox's user is none of the recipients, so that it may get no message.

    A user that is a secret is not compared.
    """
    user = settings.username.data if settings.username is not None else None
    if not isinstance(user, str):
        return None
    if any(_same_mailbox(user, recipient) for recipient in recipients):
        return None
    return (
        f"the mailbox of `{user}` is looked into, which is none of the recipients ({', '.join(recipients)});"
        " unless an alias leads there, the message will not be found"
    )


def _same_mailbox(user: str, recipient: str) -> bool:
    mine, theirs = (_plain(address) for address in (user, recipient))
    # A login is not always an address: `licensing` for licensing@acme.example.
    return mine == theirs if "@" in user else mine == theirs.partition("@")[0]


def _plain(address: str) -> str:
    local, at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" if at else address.lower()
