"""Names every mail key that nothing else has spoken for, so that none is lost without a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kmconfig.importing.item import Reason

if TYPE_CHECKING:
    from kmconfig.importing.reading import Reading

_SMTP: Final = (
    *("MAIL_HOST", "MAIL_PORT", "MAIL_USERNAME", "MAIL_PASSWORD", "MAIL_ENCRYPTION", "MAIL_SCHEME", "MAIL_URL"),
    *("MAIL_EHLO_DOMAIN", "MAIL_TIMEOUT"),
)
_OF_DRIVER: Final = {
    **dict.fromkeys(_SMTP, "smtp"),
    "MAIL_SENDMAIL_PATH": "sendmail",
    **dict.fromkeys(("MAILGUN_DOMAIN", "MAILGUN_SECRET", "MAILGUN_ENDPOINT"), "mailgun"),
    **dict.fromkeys(("SES_KEY", "SES_SECRET", "SES_REGION"), "ses"),
}
_API: Final = re.compile(r"(?:POSTMARK|SPARKPOST|RESEND|SENDGRID|MANDRILL|MAILJET|BREVO|SENDINBLUE|MAILERSEND)_")
_UNKNOWN: Final = Reason(
    "kmconfig knows no setting for it, and Laravel does not read it by itself",
    "it stays in the file; where the application needs it, keep it there by hand",
)
_MADE_OF: Final = {
    "MAIL_REPLY_TO_NAME": Reason("replies go to an address without a name", "the name stays in the file"),
    "MAIL_REPLYTO_NAME": Reason("replies go to an address without a name", "the name stays in the file"),
    "MAIL_PRETEND": Reason(
        "Laravel 4 sent nothing with it; later ones do not read it", "remove it; `log` was its successor"
    ),
    "MAIL_TLS_VERIFY_PEER": Reason(
        "certificates are always verified", "let the server have a certificate that this machine trusts"
    ),
    "MAIL_VERIFY_PEER": Reason(
        "certificates are always verified", "let the server have a certificate that this machine trusts"
    ),
}


def name_leftovers(reading: Reading) -> None:
    """Say of each remaining entry of a mail key why it was not carried, of lines that are not read too."""
    told = reading.draft.told()
    for entry in reading.entries.mail_entries():
        if (entry.key, entry.line) in told:
            continue
        counting = reading.entries.line(entry.key)
        if counting != entry.line:
            reading.draft.add(
                entry.key, "unused", entry.line, Reason(f"line {counting} says it again, and the last one counts")
            )
        else:
            _name(reading, entry.key)
    for swallowed in reading.entries.file.swallowed:
        reading.draft.add(
            f"lines {swallowed.first} to {swallowed.last}",
            "left",
            swallowed.line,
            Reason(
                "the application does not read them, since a double quote in them or before them is not closed",
                "close it, and import again",
            ),
        )


def _name(reading: Reading, key: str) -> None:
    driver = str(reading.draft.settings.get("email.driver", "smtp"))
    owner = _OF_DRIVER.get(key)
    if reading.entries.text(key) is None and not reading.entries.unresolved(key):
        reading.draft.add(key, "unset", reading.entries.line(key))
    elif owner is not None and owner != driver:
        reading.unused(key, f"it belongs to the driver {owner}, and {driver} is in use")
    elif key == "MAIL_ENCRYPTION":
        reading.unused(key, f"Laravel {reading.laravel} does not read it; MAIL_SCHEME and the port decide")
    elif key == "MAIL_SCHEME":
        reading.unused(key, f"Laravel {reading.laravel} does not read it; MAIL_ENCRYPTION decides")
    elif key == "MAIL_LOG_CHANNEL":
        reading.unused(key, "only the log mailer reads it")
    elif key.startswith("AWS_"):
        reading.unused(key, _aws(driver))
    elif _API.match(key) or owner is not None:
        reading.unused(key, f"it belongs to another way of sending, and {driver} is in use")
    else:
        reading.leave(key, _MADE_OF.get(key, _UNKNOWN))


def _aws(driver: str) -> str:
    return "storage and queues of the application may read it" + ("" if driver == "ses" else f"; mail uses {driver}")
