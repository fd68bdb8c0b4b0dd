"""How the application sends: the mailer that counts, and what becomes of mailers that the platform does not offer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from kmconfig.importing.item import Reason

if TYPE_CHECKING:
    from kmconfig.importing.reading import Reading

Driver: TypeAlias = Literal["smtp", "sendmail", "mailgun", "ses"]

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}")
_OFFERED: Final[tuple[Driver, ...]] = ("smtp", "sendmail", "mailgun", "ses")
_CHOICE: Final = "the platform offers smtp, sendmail, mailgun and ses"
_SERVER: Final = "the SMTP server that the file names beside it is carried instead"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpOf:
    """The SMTP service of a provider whose API the application uses: the same token opens both.

    ``username`` is None where the token is the user name too.
    """

    slug: str
    username: str | None
    tokens: tuple[str, ...]


SMTP_OF: Final = {
    "postmark": SmtpOf(slug="postmark", username=None, tokens=("POSTMARK_TOKEN", "POSTMARK_API_KEY")),
    "resend": SmtpOf(slug="resend", username="resend", tokens=("RESEND_KEY", "RESEND_API_KEY")),
    "sendgrid": SmtpOf(slug="sendgrid", username="apikey", tokens=("SENDGRID_API_KEY",)),
    "sparkpost": SmtpOf(
        slug="sparkpost", username="SMTP_Injection", tokens=("SPARKPOST_SECRET", "SPARKPOST_API_KEY", "SPARKPOST_KEY")
    ),
}

_NOT_OFFERED: Final = {
    "log": Reason(
        f"`log` writes mail to the application's log and sends none; {_SERVER}",
        "for development, name a mail catcher such as Mailpit: host localhost, port 1025, encryption none",
    ),
    "array": Reason(
        f"`array` keeps mail in memory and sends none; {_SERVER}",
        "for tests, name a mail catcher such as Mailpit: host localhost, port 1025, encryption none",
    ),
    "failover": Reason(
        "`failover` tries several mailers, which `config/mail.php` lists and the file does not; its SMTP server is"
        " carried",
        "other ports of the same server can stand in `email.smtp.fallback_ports`",
    ),
    "roundrobin": Reason(
        "`roundrobin` takes turns among mailers that `config/mail.php` lists; its SMTP server is carried",
        "one environment has one server: choose the one that is to stay",
    ),
    "brevo": Reason(
        f"`brevo` is Brevo's API, whose keys SMTP does not take; {_SERVER}",
        "make an SMTP key at Brevo, and use host smtp-relay.brevo.com with the SMTP login",
    ),
    "mailjet": Reason(
        f"`mailjet` is Mailjet's API; {_SERVER}",
        "use host in-v3.mailjet.com with the API key as user name and the secret key as password",
    ),
}
_ALIASES: Final = {"sendinblue": "brevo", "null": "array", "round-robin": "roundrobin"}


@dataclass(frozen=True, slots=True)
class Mailer:
    """The platform's driver for what the application uses, and the provider whose API it was, if it was one."""

    driver: Driver
    service: SmtpOf | None = None


def read_mailer(reading: Reading) -> Mailer:
    """Find the mailer that counts and the driver that stands for it, and note both."""
    key = _key(reading)
    word = reading.text(key) if key is not None else None
    if key is None or word is None:
        return _without(reading, key or "MAIL_MAILER")
    remark = ""
    if key == "MAIL_DRIVER":
        remark = "Laravel 6 and older read this key; from Laravel 7 on it is MAIL_MAILER, unless config/mail.php is old"
    name = _ALIASES.get(word.lower(), word.lower())
    driver = next((offered for offered in _OFFERED if offered == name), None)
    if driver is not None:
        reading.carry("email.driver", driver, key, remark=remark)
        return Mailer(driver)
    if name == "ses-v2":
        reading.carry("email.driver", "ses", key, remark="`ses-v2` is SES too, by the newer of its two APIs")
        return Mailer("ses")
    return _not_offered(reading, key, name)


def _key(reading: Reading) -> str | None:
    known = [key for key in ("MAIL_MAILER", "MAIL_DRIVER") if key in reading.entries]
    if len(known) > 1:
        reading.unused("MAIL_DRIVER", "MAIL_MAILER stands beside it and counts")
    return known[0] if known else None


def _without(reading: Reading, key: str) -> Mailer:
    if key in reading.entries and any(item.key == key and item.status == "left" for item in reading.draft.items):
        said = "cannot be told"
    else:
        said = "is not set"
    default = "smtp" if reading.laravel < 11 else "log"
    reading.missing(
        key,
        f"the mailer {said}: Laravel {reading.laravel} then uses `{default}`; smtp is carried",
        help="change `email.driver` if the application sends in another way",
    )
    reading.draft.settings["email.driver"] = "smtp"
    return Mailer("smtp")


def _not_offered(reading: Reading, key: str, name: str) -> Mailer:
    service = SMTP_OF.get(name)
    if service is not None:
        reason = Reason(
            f"`{name}` is the provider's API, and {_CHOICE}; its SMTP service is carried, which takes the same key",
            "from the next apply on mail goes out by SMTP: let the firewall pass port 587",
        )
    else:
        shown = f"`{name}`" if _WORD.fullmatch(name) else "what stands there"
        unknown = Reason(
            f"{shown} is no driver here: {_CHOICE}; {_SERVER}",
            "choose one of them; most providers take mail by SMTP too",
        )
        reason = _NOT_OFFERED.get(name, unknown)
    reading.leave(key, reason)
    reading.draft.settings["email.driver"] = "smtp"
    return Mailer("smtp", service)
