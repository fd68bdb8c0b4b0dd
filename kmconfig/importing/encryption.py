"""What the encryption settings of each Laravel version mean as the platform's `encryption`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from kmconfig.importing.item import Reason
from kmconfig.providers.hosts import is_loopback, is_mail_catcher

if TYPE_CHECKING:
    from kmconfig.importing.reading import Reading

Encryption: TypeAlias = Literal["tls", "ssl", "none"]

_SETTING: Final = "email.smtp.encryption"
_SSL_PORTS: Final = (465, 2465)
_CATCHER_PORT: Final = 1025
_WORDS: Final[dict[str, Encryption]] = {
    "tls": "tls",
    "ssl": "ssl",
    "starttls": "tls",
    "smtps": "ssl",
    "none": "none",
    "null": "none",
    "false": "none",
}


def read_encryption(reading: Reading, *, host: str | None, port: int, scheme: str | None) -> None:
    """Set the encryption. ``scheme`` is that of `MAIL_URL`, if there is one."""
    if scheme == "smtps":
        reading.carry(_SETTING, "ssl", "MAIL_URL", remark="`smtps://`")
    elif reading.laravel <= 10:
        _by_encryption(reading, port)
    else:
        _by_scheme(reading, host=host, port=port)


def _by_encryption(reading: Reading, port: int) -> None:
    """Laravel 8 to 10 read `MAIL_ENCRYPTION`, with `tls` as default where the key is absent."""
    key = "MAIL_ENCRYPTION"
    if key not in reading.entries:
        reading.missing(key, f"Laravel {reading.laravel} then takes `tls`, and so does the YAML")
        reading.draft.settings[_SETTING] = "tls"
        return
    if reading.entries.text(key) is None and not reading.entries.unresolved(key):
        reading.carry(_SETTING, "none", key, remark=_none_remark(reading.laravel))
        return
    word = reading.text(key)
    encryption = _WORDS.get(word.lower()) if word is not None else None
    if encryption is not None:
        reading.carry(_SETTING, encryption, key, remark="" if word == encryption else f"means `{encryption}`")
        return
    _set_by_port(reading, key if word is not None else None, port)


def _none_remark(laravel: int) -> str:
    if laravel == 8:
        return "no encryption"
    return f"no encryption asked for, although Laravel {laravel} uses STARTTLS where the server offers it"


def _by_scheme(reading: Reading, *, host: str | None, port: int) -> None:
    """Laravel 11 and later read `MAIL_SCHEME`; without it, and with `smtp`, the port decides."""
    key = "MAIL_SCHEME"
    word = reading.text(key)
    if word in ("smtps", "ssl"):
        reading.carry(_SETTING, "ssl", key, remark=_scheme_remark(word))
    elif word == "tls":
        reading.carry(_SETTING, "tls", key, remark=_scheme_remark(word))
    elif word is None or word == "smtp":
        encryption, why = _of_port(host, port)
        if key in reading.entries and word is not None:
            reading.carry(_SETTING, encryption, key, remark=why)
            return
        reading.missing(key, f"not set, so it follows from the port: {why}")
        reading.draft.settings[_SETTING] = encryption
    else:
        _set_by_port(reading, key, port)


def _scheme_remark(word: str) -> str:
    if word == "smtps":
        return ""
    return f"Laravel refuses `{word}` here and sends nothing; it wants smtp or smtps, which apply writes"


def _of_port(host: str | None, port: int) -> tuple[Encryption, str]:
    if port in _SSL_PORTS:
        return "ssl", f"port {port} speaks TLS from the first byte"
    if host is not None and (is_loopback(host) or is_mail_catcher(host) or port == _CATCHER_PORT):
        return "none", "a mail catcher or a server on the same machine, taken to have no TLS"
    return "tls", "STARTTLS, which the application uses where the server offers it and kmconfig insists on"


def _set_by_port(reading: Reading, key: str | None, port: int) -> None:
    """Set what fits the port, where the word in the file is none that is known."""
    encryption = "ssl" if port in _SSL_PORTS else "tls"
    if key is not None:
        reading.leave(
            key, Reason(f"it is none of the known words; `{encryption}` fits the port and stands in the YAML")
        )
    reading.draft.settings[_SETTING] = encryption
