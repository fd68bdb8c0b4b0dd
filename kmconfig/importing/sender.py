"""Who the mail is from, and the application that sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmconfig.importing.item import Reason
from kmconfig.providers.hosts import is_loopback

if TYPE_CHECKING:
    from kmconfig.importing.reading import Reading

_NAME: Final = "email.sender.name"
_ADDRESS: Final = "email.sender.email"
_ADDRESS_KEYS: Final = ("MAIL_FROM_ADDRESS", "MAIL_FROM_ADDR", "MAIL_FROM", "MAIL_ADDRESS")
_NAME_KEYS: Final = ("MAIL_FROM_NAME", "MAIL_NAME")
_REPLY_KEYS: Final = ("MAIL_REPLY_TO_ADDRESS", "MAIL_REPLYTO_ADDRESS", "MAIL_REPLY_TO", "MAIL_REPLYTO_ADDR")
_OWN: Final = "Laravel itself does not read this key; the application may"


def read_application(reading: Reading) -> None:
    """Set the application's name and address, where the file tells them."""
    if (name := reading.text("APP_NAME")) is not None:
        reading.carry("application.name", name, "APP_NAME")
    if reading.entries.unresolved("APP_URL"):
        return
    url = reading.text("APP_URL")
    if url is not None and _is_public(url):
        reading.carry("application.url", url, "APP_URL")


def _is_public(url: str) -> bool:
    from urllib.parse import urlsplit  # noqa: PLC0415 - with the first address

    try:
        host = urlsplit(url).hostname
    except ValueError:
        return False
    return host is not None and not is_loopback(host)


def read_sender(reading: Reading) -> None:
    """Set the sender's address and name, where replies go, and how long to wait for the server."""
    found = reading.first(*_ADDRESS_KEYS)
    if found is not None:
        reading.carry(_ADDRESS, found[1], found[0], remark=_remark(found[0], _ADDRESS_KEYS))
    else:
        reading.missing(
            "MAIL_FROM_ADDRESS",
            "the file names no sender; Laravel would send as hello@example.com",
            help=f"set `{_ADDRESS}`, which every environment needs",
        )
    name = reading.first(*_NAME_KEYS)
    if name is not None:
        reading.carry(_NAME, name[1], name[0], remark=_remark(name[0], _NAME_KEYS))
    reply = reading.first(*_REPLY_KEYS)
    if reply is not None:
        reading.carry("email.reply_to", reply[1], reply[0], remark=_OWN)
    _read_timeout(reading)


def _remark(key: str, keys: tuple[str, ...]) -> str:
    return "" if key == keys[0] else f"{_OWN}; apply writes {keys[0]}"


def _read_timeout(reading: Reading) -> None:
    key = "MAIL_TIMEOUT"
    if reading.draft.settings.get("email.driver") != "smtp" or (text := reading.text(key)) is None:
        return
    if "email.smtp.timeout" in reading.draft.settings:
        reading.unused(key, "an option of MAIL_URL beats it")
    elif text.isascii() and text.isdigit() and int(text[:6]) > 0 and len(text) < 6:
        reading.carry("email.smtp.timeout", f"{int(text)}s", key, remark=_OWN)
    else:
        reading.leave(key, Reason("it is no number of seconds", "set `email.smtp.timeout`, such as 30s"))
