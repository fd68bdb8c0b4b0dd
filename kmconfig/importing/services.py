"""The settings of the drivers sendmail, mailgun and ses."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from kmconfig.importing.item import Reason

if TYPE_CHECKING:
    from kmconfig.importing.reading import Reading

_SENDMAIL: Final = {8: ("/usr/sbin/sendmail", "-t", "-i")}
#: Parts of a command line that a shell takes as they are.
_QUOTED: Final = re.compile(r"""'[^']*'|"[^"\\$`!]*"|\\[^\n]""")
_PLAIN: Final = re.compile(r"[\w@%+=:,./ \t-]*")
_OF_THE_SHELL: Final = "the shell does more with it than run one program: it holds operators, variables or patterns"
_SCRIPT: Final = "put the line into a script, and set `email.sendmail.path` to that"
_SET: Final = "set `email.sendmail.path` and `email.sendmail.arguments`"
_USUAL_SENDMAIL: Final = ("/usr/sbin/sendmail", "-bs", "-i")
_MAILGUN_REGIONS: Final = {"api.mailgun.net": "us", "api.eu.mailgun.net": "eu"}


def read_sendmail(reading: Reading) -> None:
    """Set the program of the sendmail driver."""
    key = "MAIL_SENDMAIL_PATH"
    text = reading.text(key)
    words = plain_words(text) if text is not None else None
    if words:
        reading.carry("email.sendmail.path", words[0], key)
        reading.draft.settings["email.sendmail.arguments"] = words[1:]
        return
    program, *arguments = _SENDMAIL.get(reading.laravel, _USUAL_SENDMAIL)
    usual = " ".join((program, *arguments))
    if words is None and text is not None:
        reading.leave(key, Reason(f"{_OF_THE_SHELL}; `{usual}` stands in the YAML", _SCRIPT))
    elif text is not None:
        reading.leave(key, Reason(f"it is no command line; `{usual}` stands in the YAML", _SET))
    elif key not in reading.entries:
        reading.missing(key, f"Laravel {reading.laravel} then runs `{usual}`, and so does the YAML")
    reading.draft.settings["email.sendmail.path"] = program
    reading.draft.settings["email.sendmail.arguments"] = arguments


def plain_words(text: str) -> list[str] | None:
    """The words of a command line, none of a text that is no such line; None where a shell would do more with them.

    Laravel hands the line to a shell, and apply writes words that the shell leaves alone, so a pipe, a variable or a
    pattern in it would come out as something else.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        return []
    assigns = "=" in "".join(words[:1])
    return words if _PLAIN.fullmatch(_QUOTED.sub("", text)) and not assigns else None


def read_mailgun(reading: Reading) -> None:
    """Set the account of the mailgun driver."""
    if (domain := reading.text("MAILGUN_DOMAIN")) is not None:
        reading.carry("email.mailgun.domain", domain, "MAILGUN_DOMAIN")
    else:
        reading.missing("MAILGUN_DOMAIN", "the file names no domain", help="set `email.mailgun.domain`")
    _read_mailgun_region(reading)
    if (api_key := reading.text("MAILGUN_SECRET")) is not None:
        reading.keep_secret("email.mailgun.api_key", api_key, "MAILGUN_SECRET")
    else:
        reading.missing("MAILGUN_SECRET", "the file holds no key", help="set `email.mailgun.api_key` to a reference")


def _read_mailgun_region(reading: Reading) -> None:
    key, setting = "MAILGUN_ENDPOINT", "email.mailgun.region"
    text = reading.text(key)
    if text is None:
        if key not in reading.entries:
            reading.missing(key, "Laravel then takes api.mailgun.net, which is region us")
        reading.draft.settings[setting] = "us"
        return
    host = text.removeprefix("https://").removeprefix("http://").rstrip("/")
    region = _MAILGUN_REGIONS.get(host)
    if region is None:
        reading.leave(key, Reason("it is none of Mailgun's hosts", f"set `{setting}` to us (api.mailgun.net) or eu"))
        return
    remark = "" if host == text else "the application puts https:// in front itself; apply writes the host alone"
    reading.carry(setting, region, key, remark=remark)


def read_ses(reading: Reading) -> None:
    """Set the account of the ses driver; keys by the names of Laravel 5 count where the usual ones are absent."""
    found = reading.first("AWS_DEFAULT_REGION", "SES_REGION")
    if found is not None:
        reading.carry("email.ses.region", found[1], found[0])
    else:
        reading.missing("AWS_DEFAULT_REGION", "Laravel then takes us-east-1, and so does the YAML")
        reading.draft.settings["email.ses.region"] = "us-east-1"
    for setting, keys in (
        ("email.ses.access_key_id", ("AWS_ACCESS_KEY_ID", "SES_KEY")),
        ("email.ses.secret_access_key", ("AWS_SECRET_ACCESS_KEY", "SES_SECRET")),
    ):
        secret = reading.first(*keys)
        if secret is not None:
            reading.keep_secret(setting, secret[1], secret[0])
    if "AWS_SESSION_TOKEN" in reading.entries and reading.text("AWS_SESSION_TOKEN") is not None:
        reading.leave(
            "AWS_SESSION_TOKEN",
            Reason(
                "temporary keys expire, and there is no setting for their token",
                "leave both keys out of the YAML, so that the role of the machine counts, or use lasting keys",
            ),
        )
