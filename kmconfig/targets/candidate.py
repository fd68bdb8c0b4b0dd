"""An environment's settings as the values that a target keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.reference import SecretRef
from kmconfig.errors import ConfigurationError
from kmconfig.targets.laravel_keys import MailKeysInput

if TYPE_CHECKING:
    from kmconfig.secrets.secret import Secret
    from kmconfig.source.value import Value
    from kmconfig.targets.goal import Candidate

#: The setting that decides each key of a Laravel `.env`.
SETTING_OF_KEY = {
    "MAIL_MAILER": "email.driver",
    "MAIL_HOST": "email.smtp.host",
    "MAIL_PORT": "email.smtp.port",
    "MAIL_USERNAME": "email.smtp.username",
    "MAIL_PASSWORD": "email.smtp.password",
    "MAIL_ENCRYPTION": "email.smtp.encryption",
    "MAIL_SCHEME": "email.smtp.encryption",
    "MAIL_EHLO_DOMAIN": "email.smtp.ehlo_domain",
    "MAIL_SENDMAIL_PATH": "email.sendmail.path",
    "MAILGUN_DOMAIN": "email.mailgun.domain",
    "MAILGUN_SECRET": "email.mailgun.api_key",
    "MAILGUN_ENDPOINT": "email.mailgun.region",
    "AWS_ACCESS_KEY_ID": "email.ses.access_key_id",
    "AWS_SECRET_ACCESS_KEY": "email.ses.secret_access_key",
    "AWS_DEFAULT_REGION": "email.ses.region",
    "MAIL_FROM_ADDRESS": "email.sender.email",
    "MAIL_FROM_NAME": "email.sender.name",
}


def mail_keys_input(candidate: Candidate) -> MailKeysInput:
    """The settings as plain values and secrets.

    Raises ConfigurationError where the environment is not complete.
    """
    email = candidate.environment.email
    sender = _text(email.sender.email, "email.sender.email")
    common: dict[str, Any] = {
        "driver": email.driver.data,
        "sender_name": email.sender.name.data,
        "sender_email": sender,
    }
    return MailKeysInput(**common, **_driver(candidate))


def _driver(candidate: Candidate) -> dict[str, Any]:
    email = candidate.environment.email
    if (smtp := email.smtp) is not None:
        return {
            "host": smtp.host.data,
            "port": smtp.port.data,
            "encryption": smtp.encryption.data,
            "username": _plain_or_secret(candidate, smtp.username),
            "password": _plain_or_secret(candidate, smtp.password),
            "auth": "xoauth2" if smtp.takes_token else "login",
            "ehlo_domain": smtp.ehlo_domain.data if smtp.ehlo_domain is not None else None,
        }
    if (sendmail := email.sendmail) is not None:
        return {"sendmail_command": (sendmail.path.data, *(item.data for item in sendmail.arguments.data))}
    if (mailgun := email.mailgun) is not None:
        return {
            "mailgun_domain": mailgun.domain.data if mailgun.domain is not None else None,
            "mailgun_region": mailgun.region.data,
            "mailgun_api_key": _plain_or_secret(candidate, mailgun.api_key),
        }
    if (ses := email.ses) is not None:
        return {
            "ses_region": ses.region.data if ses.region is not None else None,
            "ses_configuration_set": ses.configuration_set.data if ses.configuration_set is not None else None,
            "access_key_id": _plain_or_secret(candidate, ses.access_key_id),
            "secret_access_key": _plain_or_secret(candidate, ses.secret_access_key),
        }
    raise ConfigurationError("`email.driver` is not known", help="use smtp, sendmail, mailgun or ses")


def _plain_or_secret(candidate: Candidate, value: Value[Any] | None) -> Secret | str | None:
    if value is None:
        return None
    if isinstance(value.data, SecretRef):
        return candidate.secret(value.data)
    text: str = value.data
    return text


def _text(value: Value[str] | None, setting: str) -> str:
    if value is None:
        raise ConfigurationError(f"`{setting}` is missing", help="`kmconfig lint` shows where to write it")
    return value.data
