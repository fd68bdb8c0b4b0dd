"""The typed view of an environment: what rules, transports and targets read.

Each field is a :class:`Value` and so knows its place. A setting that exists but could not be understood is
an unknown value: reading its ``data`` raises :class:`NotKnown`, so whoever needs it stops, and nothing is
concluded from it. Settings without a default are ``None`` when absent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from kmconfig.environment.merge import lookup
from kmconfig.environment.reference import SOURCES, SecretRef
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from kmconfig.environment.merge import Merged
    from kmconfig.source.value import Path

_Block = TypeVar(
    "_Block",
    "ApplicationSettings",
    "SmtpSettings",
    "SendmailSettings",
    "MailgunSettings",
    "SesSettings",
    "SenderSettings",
    "ConfirmSettings",
)

Text = Value[str]
Secret = Value[SecretRef]


class NotKnown(Exception):  # noqa: N818 - a result, not a fault
    """The value was refused earlier; there is nothing to conclude from it."""


class UnknownValue(Value[Any]):
    """A setting whose data is not known."""

    __slots__ = ()

    @property
    def data(self) -> Any:
        """Never returns."""
        raise NotKnown(self.setting)

    @data.setter
    def data(self, data: Any) -> None:
        """Ignore what the base class wants to keep."""


class ApplicationSettings(NamedTuple):
    """The application that sends the mail. ``runtime`` is ``host``, ``container`` or ``cloud``."""

    name: Text
    url: Text | None
    runtime: Text


class SmtpSettings(NamedTuple):
    """An SMTP server. ``encryption`` is ``tls`` (STARTTLS), ``ssl`` (implicit TLS) or ``none``.

    ``auth`` is ``login``, or ``xoauth2`` where the password is an OAuth access token.
    """

    host: Text
    port: Value[int]
    encryption: Text
    username: Value[str | SecretRef] | None
    password: Secret | None
    auth: Text | None
    fallback_ports: Value[list[Value[int]]] | None
    ehlo_domain: Text | None
    timeout: Text

    @property
    def takes_token(self) -> bool:
        """Whether the password is an OAuth access token."""
        return self.auth is not None and self.auth.data == "xoauth2"


class SendmailSettings(NamedTuple):
    """A sendmail binary and its arguments."""

    path: Text
    arguments: Value[list[Text]]


class MailgunSettings(NamedTuple):
    """Mailgun's API. ``region`` is ``us`` or ``eu``."""

    domain: Text | None
    region: Text
    api_key: Secret | None


class SesSettings(NamedTuple):
    """Amazon SES. Without keys the AWS credential chain is used."""

    region: Text | None
    access_key_id: Secret | None
    secret_access_key: Secret | None
    configuration_set: Text | None


class SenderSettings(NamedTuple):
    """Who the mail is from. ``email`` is ``None`` only where the environment is incomplete."""

    name: Text
    email: Text | None
    dkim_selectors: Value[list[Text]] | None


class ConfirmSettings(NamedTuple):
    """The mailbox in which a test message is looked for; ``imap`` is its URL."""

    imap: Text | None
    username: Value[str | SecretRef] | None
    password: Secret | None


class EmailSettings(NamedTuple):
    """All email settings; of the four driver blocks only the chosen one is present."""

    driver: Text
    smtp: SmtpSettings | None
    sendmail: SendmailSettings | None
    mailgun: MailgunSettings | None
    ses: SesSettings | None
    sender: SenderSettings
    reply_to: Text | None
    test_recipients: Value[list[Text]] | None
    test_confirm: ConfirmSettings | None = None


def reference_from(mapping: dict[str, Any]) -> SecretRef:
    """The reference that a mapping of valid shape stands for; keys map to values of the tree."""
    source = next(source for source in SOURCES if source in mapping)
    version, max_age = mapping.get("version"), mapping.get("max_age")
    return SecretRef.parse(
        source,
        mapping[source].data,
        version=version.data if version is not None else None,
        max_age=max_age.data if max_age is not None else None,
    )


class _Reader:
    """Looks settings up in merged layers."""

    def __init__(self, merged: Merged, *, incomplete: bool) -> None:
        self.merged = merged
        self.incomplete = incomplete

    def __call__(self, *path: str) -> Any:
        """The value at a path with references read and refused list entries left out; None where it is absent."""
        return self._read(lookup(self.merged.root, path), path)

    def block(self, kind: type[_Block], *path: str) -> _Block:
        """A mapping of settings as the type whose fields have their names."""
        block = lookup(self.merged.root, path)
        written: Any = block.data if block is not None and type(block.data) is dict else {}
        return kind(*(self._read(written.get(name), (*path, name)) for name in kind._fields))

    def _read(self, node: Value[Any] | None, path: Path) -> Any:
        if node is None:
            return UnknownValue(None, path) if self.incomplete or self.merged.unknown(path) else None
        kind = type(node.data)
        if kind is dict:
            known: Any = self._reference(node)
        elif kind is list and self.merged.broken:
            known = [item for item in node.data if item.path not in self.merged.broken]
        else:
            return node
        return UnknownValue(None, path, node.span, node.key_span) if known is None else _with(node, known)

    def _reference(self, node: Value[dict[str, Any]]) -> SecretRef | None:
        if any(path[: len(node.path)] == node.path for path in self.merged.broken):
            return None
        return reference_from(node.data)


def _with(node: Value[Any], data: Any) -> Value[Any]:
    return Value(data, node.path, node.span, node.key_span, node.overrides)


def read_application(merged: Merged, *, incomplete: bool) -> ApplicationSettings:
    """The application's settings."""
    return _Reader(merged, incomplete=incomplete).block(ApplicationSettings, "application")


def read_email(merged: Merged, *, incomplete: bool) -> EmailSettings:
    """The email settings; ``incomplete`` says that a layer could not be read."""
    read = _Reader(merged, incomplete=incomplete)
    driver = read("email", "driver")
    chosen = None if isinstance(driver, UnknownValue) else driver.data
    confirm = lookup(merged.root, ("email", "test", "confirm"))
    return EmailSettings(
        driver=driver,
        smtp=read.block(SmtpSettings, "email", "smtp") if chosen == "smtp" else None,
        sendmail=read.block(SendmailSettings, "email", "sendmail") if chosen == "sendmail" else None,
        mailgun=read.block(MailgunSettings, "email", "mailgun") if chosen == "mailgun" else None,
        ses=read.block(SesSettings, "email", "ses") if chosen == "ses" else None,
        sender=read.block(SenderSettings, "email", "sender"),
        reply_to=read("email", "reply_to"),
        test_recipients=read("email", "test", "recipients"),
        test_confirm=read.block(ConfirmSettings, "email", "test", "confirm") if confirm is not None else None,
    )
