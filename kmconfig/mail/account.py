"""From an environment's settings and secrets to the server that a transport speaks to, and what to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from kmconfig.environment.duration import parse_duration
from kmconfig.environment.reference import SecretRef
from kmconfig.mail.server import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from email.message import EmailMessage

    from kmconfig.environment.environment import Environment
    from kmconfig.mail.server import Encryption
    from kmconfig.secrets.secret import Secret
    from kmconfig.source.value import Value


@dataclass(frozen=True, slots=True)
class TestMail:
    """A message with the id by which it is found again."""

    message: EmailMessage
    test_id: str
    message_id: str


def smtp_server(
    environment: Environment, secrets: Mapping[SecretRef, Secret] | None, *, timeout: float | None = None
) -> SmtpServer:
    """The SMTP server of an environment; ``timeout`` in seconds replaces the configured one.

    Without ``secrets`` it is the server alone, with no login.
    """
    smtp = environment.email.smtp
    if smtp is None:
        raise ValueError("the environment has another driver")
    ports = smtp.fallback_ports.data if smtp.fallback_ports is not None else []
    return SmtpServer(
        host=smtp.host.data.strip("[]"),
        port=smtp.port.data,
        encryption=cast("Encryption", smtp.encryption.data),
        username=_login(smtp.username, secrets) if secrets is not None else None,
        password=_secret(smtp.password, secrets) if secrets is not None else None,
        auth="xoauth2" if smtp.takes_token else "login",
        fallback_ports=tuple(port.data for port in ports),
        ehlo_domain=smtp.ehlo_domain.data if smtp.ehlo_domain is not None else _domain_of_application(environment),
        timeout=timeout if timeout is not None else parse_duration(smtp.timeout.data).total_seconds(),
    )


def secret_references(environment: Environment) -> list[SecretRef]:
    """The references that the chosen driver needs, in order."""
    email = environment.email
    values: list[Value[Any] | None] = []
    if email.smtp is not None:
        values += [email.smtp.username, email.smtp.password]
    if email.mailgun is not None:
        values += [email.mailgun.api_key]
    if email.ses is not None:
        values += [email.ses.access_key_id, email.ses.secret_access_key]
    return [value.data for value in values if value is not None and isinstance(value.data, SecretRef)]


def recipients_of(environment: Environment) -> tuple[str, ...]:
    """The test recipients that the files name."""
    listed = environment.email.test_recipients
    return tuple(item.data for item in listed.data) if listed is not None else ()


def sender_of(environment: Environment) -> str:
    """The sender's address; an environment without one is not complete."""
    email = environment.email.sender.email
    if email is None:
        raise ValueError("an environment is checked for its sender before it is used")
    return email.data


def compose_test_mail(
    environment: Environment, facts: Sequence[tuple[str, str]], recipients: tuple[str, ...]
) -> TestMail:
    """Write the test message of an environment (contract, section 6); ``facts`` are the details that it lists."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from kmconfig.mail.message import build_test_message, new_message_id, new_test_id  # noqa: PLC0415

    test_id = new_test_id()
    sender = sender_of(environment)
    message_id = new_message_id(test_id, sender)
    reply_to = environment.email.reply_to
    message = build_test_message(
        application_name=environment.application.name.data,
        sender_name=environment.email.sender.name.data,
        sender_email=sender,
        reply_to=reply_to.data if reply_to is not None else None,
        recipients=recipients,
        facts=facts,
        sent_at=datetime.now(UTC),
        test_id=test_id,
        message_id=message_id,
    )
    return TestMail(message, test_id, message_id)


def _login(value: Value[Any] | None, secrets: Mapping[SecretRef, Secret]) -> str | Secret | None:
    if value is None or isinstance(value.data, SecretRef):
        return _secret(value, secrets)
    text: str = value.data
    return text


def _secret(value: Value[Any] | None, secrets: Mapping[SecretRef, Secret]) -> Secret | None:
    return None if value is None else secrets[value.data]


def _domain_of_application(environment: Environment) -> str | None:
    """What Laravel greets with: the host of the application's URL."""
    url = environment.application.url
    return urlsplit(url.data).hostname if url is not None else None
