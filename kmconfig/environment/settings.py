"""The typed view of an environment: what rules, transports and targets read.

Each field is a :class:`Value` and so knows its place. A setting that exists but could not be understood is
an unknown value: reading its ``data`` raises :class:`NotKnown`, so whoever needs it stops, and nothing is
concluded from it. Settings without a default are ``None`` when absent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kmconfig.environment.merge import SECRET_SETTINGS
from kmconfig.environment.reference import SOURCES, SecretRef
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from kmconfig.environment.merge import Merged
    from kmconfig.source.value import Path

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


@dataclass(frozen=True, slots=True)
class ApplicationSettings:
    """The application that sends the mail. ``runtime`` is ``host``, ``container`` or ``cloud``."""

    name: Text
    url: Text | None
    runtime: Text


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """An SMTP server. ``encryption`` is ``tls`` (STARTTLS), ``ssl`` (implicit TLS) or ``none``."""

    host: Text
    port: Value[int]
    encryption: Text
    username: Value[str | SecretRef] | None
    password: Secret | None
    fallback_ports: Value[list[Value[int]]] | None
    ehlo_domain: Text | None
    timeout: Text


@dataclass(frozen=True, slots=True)
class SendmailSettings:
    """A sendmail binary and its arguments."""

    path: Text
    arguments: Value[list[Text]]


@dataclass(frozen=True, slots=True)
class MailgunSettings:
    """Mailgun's API. ``region`` is ``us`` or ``eu``."""

    domain: Text | None
    region: Text
    api_key: Secret | None


@dataclass(frozen=True, slots=True)
class SesSettings:
    """Amazon SES. Without keys the AWS credential chain is used."""

    region: Text | None
    access_key_id: Secret | None
    secret_access_key: Secret | None
    configuration_set: Text | None


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """Who the mail is from. ``email`` is ``None`` only where the environment is incomplete."""

    name: Text
    email: Text | None
    dkim_selectors: Value[list[Text]] | None


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """All email settings; of the four driver blocks only the chosen one is present."""

    driver: Text
    smtp: SmtpSettings | None
    sendmail: SendmailSettings | None
    mailgun: MailgunSettings | None
    ses: SesSettings | None
    sender: SenderSettings
    reply_to: Text | None
    test_recipients: Value[list[Text]] | None


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
        self.root = merged.root
        self.broken = merged.broken
        self.incomplete = incomplete

    def __call__(self, *path: str) -> Any:
        node: Value[Any] = self.root
        for key in path:
            if not isinstance(node.data, dict) or key not in node.data:
                return self._absent(path)
            node = node.data[key]
        if path in self.broken:
            return UnknownValue(None, path, node.span, node.key_span)
        if isinstance(node.data, list):
            return self._list(node)
        if path in SECRET_SETTINGS and isinstance(node.data, dict):
            return self._reference(node)
        return node

    def _reference(self, node: Value[dict[str, Any]]) -> Value[Any]:
        if any(broken[: len(node.path)] == node.path for broken in self.broken):
            return UnknownValue(None, node.path, node.span, node.key_span)
        return Value(reference_from(node.data), node.path, node.span, node.key_span, node.overrides)

    def _absent(self, path: Path) -> Value[Any] | None:
        unknown = self.incomplete or any(path[:length] in self.broken for length in range(len(path) + 1))
        return UnknownValue(None, path) if unknown else None

    def _list(self, node: Value[Any]) -> Value[Any]:
        known = [item for item in node.data if item.path not in self.broken]
        return Value(known, node.path, node.span, node.key_span, node.overrides)


def read_application(merged: Merged, *, incomplete: bool) -> ApplicationSettings:
    """The application's settings."""
    read = _Reader(merged, incomplete=incomplete)
    return ApplicationSettings(
        name=read("application", "name"),
        url=read("application", "url"),
        runtime=read("application", "runtime"),
    )


def read_email(merged: Merged, *, incomplete: bool) -> EmailSettings:
    """The email settings; ``incomplete`` says that a layer could not be read."""
    read = _Reader(merged, incomplete=incomplete)
    driver = read("email", "driver")
    chosen = None if isinstance(driver, UnknownValue) else driver.data
    return EmailSettings(
        driver=driver,
        smtp=_smtp(read) if chosen == "smtp" else None,
        sendmail=_sendmail(read) if chosen == "sendmail" else None,
        mailgun=_mailgun(read) if chosen == "mailgun" else None,
        ses=_ses(read) if chosen == "ses" else None,
        sender=SenderSettings(
            name=read("email", "sender", "name"),
            email=read("email", "sender", "email"),
            dkim_selectors=read("email", "sender", "dkim_selectors"),
        ),
        reply_to=read("email", "reply_to"),
        test_recipients=read("email", "test", "recipients"),
    )


def _smtp(read: _Reader) -> SmtpSettings:
    block = ("email", "smtp")
    return SmtpSettings(
        host=read(*block, "host"),
        port=read(*block, "port"),
        encryption=read(*block, "encryption"),
        username=read(*block, "username"),
        password=read(*block, "password"),
        fallback_ports=read(*block, "fallback_ports"),
        ehlo_domain=read(*block, "ehlo_domain"),
        timeout=read(*block, "timeout"),
    )


def _sendmail(read: _Reader) -> SendmailSettings:
    return SendmailSettings(path=read("email", "sendmail", "path"), arguments=read("email", "sendmail", "arguments"))


def _mailgun(read: _Reader) -> MailgunSettings:
    return MailgunSettings(
        domain=read("email", "mailgun", "domain"),
        region=read("email", "mailgun", "region"),
        api_key=read("email", "mailgun", "api_key"),
    )


def _ses(read: _Reader) -> SesSettings:
    return SesSettings(
        region=read("email", "ses", "region"),
        access_key_id=read("email", "ses", "access_key_id"),
        secret_access_key=read("email", "ses", "secret_access_key"),
        configuration_set=read("email", "ses", "configuration_set"),
    )
