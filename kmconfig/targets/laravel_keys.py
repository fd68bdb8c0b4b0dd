"""Which keys of a `.env` carry the mail settings of a Laravel application, for Laravel 8 to 13.

What each version reads stands in its `config/mail.php` and `config/services.php` as the skeleton ships them.
An application with its own files there may read other keys; only its `verify` command can tell.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from kmconfig.errors import ConfigurationError
from kmconfig.providers.mailgun import API_HOSTS
from kmconfig.secrets.secret import Secret
from kmconfig.targets.dotenv.conversion import LARAVEL_NULL, LaravelNull
from kmconfig.targets.laravel_version import require_known_version

Driver: TypeAlias = Literal["smtp", "sendmail", "mailgun", "ses"]
EnvValue: TypeAlias = str | Secret | LaravelNull | None
Encryption: TypeAlias = Literal["tls", "ssl", "none"]
Auth: TypeAlias = Literal["login", "xoauth2"]

_SENDER_KEYS: Final = ("MAIL_FROM_ADDRESS", "MAIL_FROM_NAME")
_DRIVER_KEYS: Final[dict[Driver, tuple[str, ...]]] = {
    "smtp": ("MAIL_HOST", "MAIL_PORT", "MAIL_USERNAME", "MAIL_PASSWORD"),
    "sendmail": ("MAIL_SENDMAIL_PATH",),
    "mailgun": ("MAILGUN_DOMAIN", "MAILGUN_SECRET", "MAILGUN_ENDPOINT"),
    "ses": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"),
}

SECRET_KEYS: Final = frozenset(
    {"MAIL_PASSWORD", "MAIL_URL", "MAILGUN_SECRET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
)
"""Keys whose live value is treated as a secret. `MAIL_USERNAME` joins them where the settings refer to a secret."""

SHARED_KEYS: Final = frozenset(_DRIVER_KEYS["ses"])
"""Keys that storage and queues read too: set where absent, guarded when changed, never removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailKeysInput:
    """The settings of one environment as plain values; fields of other drivers than ``driver`` are not looked at.

    ``sendmail_command`` is the program's path and its arguments. ``username`` may be plain text or a secret.
    """

    driver: Driver
    sender_name: str
    sender_email: str
    host: str = "localhost"
    port: int = 587
    encryption: Encryption = "tls"
    username: str | Secret | None = None
    password: Secret | None = None
    auth: Auth = "login"
    ehlo_domain: str | None = None
    sendmail_command: tuple[str, ...] = ("/usr/sbin/sendmail", "-bs", "-i")
    mailgun_domain: str | None = None
    mailgun_region: Literal["us", "eu"] = "us"
    mailgun_api_key: Secret | None = None
    ses_region: str | None = None
    ses_configuration_set: str | None = None
    access_key_id: Secret | None = None
    secret_access_key: Secret | None = None


@dataclass(frozen=True, slots=True)
class KeyValue:
    """A key and what ``env()`` is to return for it: text, PHP's null, or None where the key must be absent."""

    key: str
    value: EnvValue


def owned_keys(driver: Driver, laravel: int) -> tuple[str, ...]:
    """Return the keys that the settings of ``driver`` decide in this Laravel version, in the order to write them."""
    require_known_version(laravel)
    version_keys: tuple[str, ...] = ()
    if driver == "smtp":
        version_keys = ("MAIL_SCHEME" if laravel >= 11 else "MAIL_ENCRYPTION",)
        if laravel >= 9:
            version_keys += ("MAIL_EHLO_DOMAIN",)
    return ("MAIL_MAILER", *_DRIVER_KEYS[driver], *version_keys, *_SENDER_KEYS, "MAIL_URL")


def mail_keys(settings: MailKeysInput, laravel: int) -> tuple[KeyValue, ...]:
    """Return each key to write with its value, in the order of :func:`owned_keys`.

    A login that is not set is written as null, as Laravel's own `.env.example` has it, so that an earlier
    login does not stay behind. `MAIL_URL` must be absent, since it overrides host, port and login. Access
    keys of AWS that are not set are not listed: they are shared with storage and stay as they are.

    :raises ConfigurationError: a version or command that cannot be expressed.
    """
    values: dict[str, EnvValue] = {
        "MAIL_MAILER": settings.driver,
        "MAIL_FROM_ADDRESS": settings.sender_email,
        "MAIL_FROM_NAME": settings.sender_name,
        "MAIL_URL": None,
        **_driver_values(settings),
    }
    return tuple(KeyValue(key, values[key]) for key in owned_keys(settings.driver, laravel) if key in values)


def capability_notes(settings: MailKeysInput, laravel: int) -> tuple[str, ...]:
    """Return what this Laravel version cannot do with these settings through its `.env`, one sentence each."""
    require_known_version(laravel)
    match settings.driver:
        case "smtp":
            return _smtp_notes(settings, laravel)
        case "mailgun":
            return _mailgun_notes(laravel)
        case "ses":
            return _ses_notes(settings)
        case "sendmail":
            return ()


def _driver_values(settings: MailKeysInput) -> dict[str, EnvValue]:
    match settings.driver:
        case "smtp":
            return _smtp_values(settings)
        case "sendmail":
            return {"MAIL_SENDMAIL_PATH": _command_line(settings.sendmail_command)}
        case "mailgun":
            return {
                "MAILGUN_DOMAIN": _required(settings.mailgun_domain, "email.mailgun.domain"),
                "MAILGUN_SECRET": _required(settings.mailgun_api_key, "email.mailgun.api_key"),
                "MAILGUN_ENDPOINT": API_HOSTS[settings.mailgun_region],
            }
        case "ses":
            return _ses_values(settings)


def _smtp_values(settings: MailKeysInput) -> dict[str, EnvValue]:
    """Return the keys of all versions; which of them count is for :func:`owned_keys` to say."""
    encryption = LARAVEL_NULL if settings.encryption == "none" else settings.encryption
    return {
        "MAIL_HOST": settings.host,
        "MAIL_PORT": str(settings.port),
        "MAIL_USERNAME": LARAVEL_NULL if settings.username is None else settings.username,
        "MAIL_PASSWORD": LARAVEL_NULL if settings.password is None else settings.password,
        "MAIL_ENCRYPTION": encryption,
        "MAIL_SCHEME": "smtps" if settings.encryption == "ssl" else "smtp",
        "MAIL_EHLO_DOMAIN": settings.ehlo_domain,
    }


def _ses_values(settings: MailKeysInput) -> dict[str, EnvValue]:
    values: dict[str, EnvValue] = {"AWS_DEFAULT_REGION": _required(settings.ses_region, "email.ses.region")}
    if settings.access_key_id is not None:
        values["AWS_ACCESS_KEY_ID"] = settings.access_key_id
    if settings.secret_access_key is not None:
        values["AWS_SECRET_ACCESS_KEY"] = settings.secret_access_key
    return values


def _command_line(command: tuple[str, ...]) -> str:
    """Join the command for the shell that Laravel hands it to."""
    line = shlex.join(command)
    if not command or not any(f" {mode}" in line for mode in ("-bs", "-t")):
        raise ConfigurationError(
            "`email.sendmail.arguments` holds neither `-bs` nor `-t`, which Laravel insists on",
            help="use `arguments: [-bs, -i]`, or `[-t, -i]` for a sendmail without `-bs`, such as BusyBox's",
        )
    return line


def _required(value: str | Secret | None, setting: str) -> str | Secret:
    if value is None:
        raise ConfigurationError(f"`{setting}` is missing", help=f"set `{setting}`, which the driver needs")
    return value


def _smtp_notes(settings: MailKeysInput, laravel: int) -> tuple[str, ...]:
    notes = []
    if settings.auth == "xoauth2":
        notes.append(
            "Laravel cannot be told of `email.smtp.auth: xoauth2`: it offers the access token of the `.env` as a"
            " password first, and goes on with it when it has expired"
        )
    if settings.ehlo_domain is not None and laravel < 9:
        notes.append(
            "Laravel 8 reads no `MAIL_EHLO_DOMAIN`, so `email.smtp.ehlo_domain` has no effect in the application"
        )
    return tuple(notes)


def _mailgun_notes(laravel: int) -> tuple[str, ...]:
    if laravel < 11:
        return ()
    note = (
        f"Laravel {laravel} ships no Mailgun settings: `config/mail.php` needs a `mailgun` mailer and "
        "`config/services.php` a `mailgun` entry that reads the `MAILGUN_` keys"
    )
    return (note,)


def _ses_notes(settings: MailKeysInput) -> tuple[str, ...]:
    notes = []
    if settings.ses_configuration_set is not None:
        notes.append(
            "Laravel takes the SES configuration set from `config/services.php`, not from `.env`: "
            "`email.ses.configuration_set` has no effect unless it stands there"
        )
    if settings.access_key_id is None:
        notes.append(
            "access keys of AWS that already stand in the `.env` stay in use, since they are shared with storage"
        )
    return tuple(notes)
