"""The fields of the settings interface, as `schema/settings-api.v1.openapi.yaml` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from kmconfig.secrets.secret import Secret
from kmconfig.targets.candidate import mail_keys_input

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.targets.goal import Candidate
    from kmconfig.targets.laravel_keys import MailKeysInput

FieldValue: TypeAlias = str | Secret | None
"""What a field is to hold; None where it has to be empty. Numbers are text here."""

#: The setting that decides each field, in the order in which people see them.
SETTING_OF_FIELD: Final = {
    "driver": "email.driver",
    "smtp_host": "email.smtp.host",
    "smtp_port": "email.smtp.port",
    "smtp_username": "email.smtp.username",
    "smtp_password": "email.smtp.password",
    "encryption": "email.smtp.encryption",
    "sendmail_command": "email.sendmail.path",
    "mailgun_domain": "email.mailgun.domain",
    "mailgun_region": "email.mailgun.region",
    "mailgun_api_key": "email.mailgun.api_key",
    "ses_region": "email.ses.region",
    "ses_access_key_id": "email.ses.access_key_id",
    "ses_secret_access_key": "email.ses.secret_access_key",
    "sender_name": "email.sender.name",
    "sender_email": "email.sender.email",
}

SECRET_FIELDS: Final = ("smtp_password", "mailgun_api_key", "ses_access_key_id", "ses_secret_access_key")
"""Fields that can be written and never read."""

VISIBLE_FIELDS: Final = tuple(field for field in SETTING_OF_FIELD if field not in SECRET_FIELDS)

ALWAYS_TOLD: Final = (
    *("driver", "smtp_host", "smtp_port", "smtp_username", "smtp_password", "encryption"),
    *("sender_name", "sender_email"),
)
"""What every server tells; those of the other drivers may be left out where it does not offer them."""

_NUMBERS: Final = frozenset({"smtp_port"})


def wanted_fields(candidate: Candidate) -> Mapping[str, FieldValue]:
    """What each field of the chosen driver has to hold, and the sender's.

    Raises ConfigurationError where the environment is not complete.
    """
    settings = mail_keys_input(candidate)
    found: dict[str, FieldValue] = {
        "driver": settings.driver,
        **_of_driver(settings),
        "sender_name": settings.sender_name,
        "sender_email": settings.sender_email,
    }
    return {field: value or None if isinstance(value, str) else value for field, value in found.items()}


def _of_driver(settings: MailKeysInput) -> dict[str, FieldValue]:
    match settings.driver:
        case "smtp":
            return {
                "smtp_host": settings.host,
                "smtp_port": str(settings.port),
                "smtp_username": settings.username,
                "smtp_password": settings.password,
                "encryption": settings.encryption,
            }
        case "sendmail":
            import shlex  # noqa: PLC0415 - few environments need it

            return {"sendmail_command": shlex.join(settings.sendmail_command)}
        case "mailgun":
            return {
                "mailgun_domain": settings.mailgun_domain,
                "mailgun_region": settings.mailgun_region,
                "mailgun_api_key": settings.mailgun_api_key,
            }
        case "ses":
            return {
                "ses_region": settings.ses_region,
                "ses_access_key_id": settings.access_key_id,
                "ses_secret_access_key": settings.secret_access_key,
            }


def field_notes(candidate: Candidate) -> tuple[str, ...]:
    """What the interface has no field for, one sentence each."""
    settings = mail_keys_input(candidate)
    lacking = {
        "email.smtp.ehlo_domain": settings.ehlo_domain is not None,
        "email.smtp.auth": settings.auth == "xoauth2",
        "email.ses.configuration_set": settings.ses_configuration_set is not None,
    }
    return tuple(
        f"the settings interface has no field for `{setting}`, so it has no effect in the application"
        for setting, set_here in lacking.items()
        if set_here
    )


def sent(field: str, value: FieldValue) -> str | int | Secret | None:
    """A value in the type that the interface has for its field."""
    return int(value) if field in _NUMBERS and isinstance(value, str) and value.isdecimal() else value
