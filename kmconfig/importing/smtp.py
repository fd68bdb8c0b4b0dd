"""The SMTP server and its login, as the application would reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmconfig.importing.encryption import read_encryption
from kmconfig.importing.item import Reason
from kmconfig.importing.mail_url import MailUrl, read_mail_url
from kmconfig.importing.url_options import read_options
from kmconfig.providers.leaks import find_leaks
from kmconfig.providers.registry import domain_owner, provider_by_slug

if TYPE_CHECKING:
    from kmconfig.importing.mailers import SmtpOf
    from kmconfig.importing.reading import Reading

_URL_SINCE: Final = 10
_EHLO_SINCE: Final = 9
_URL: Final = "MAIL_URL"


def read_smtp(reading: Reading, service: SmtpOf | None) -> None:
    """Set the server and login of the smtp driver."""
    if service is not None:
        _read_service(reading, service)
        return
    url = _read_url(reading)
    host = _read_host(reading, url)
    port = _read_port(reading, url)
    read_encryption(reading, host=host, port=port, scheme=url.scheme if url is not None else None)
    _read_login(reading, url, host)
    if url is not None:
        read_options(reading, url)
    _read_ehlo(reading)


def _read_url(reading: Reading) -> MailUrl | None:
    if _URL not in reading.entries:
        return None
    if reading.laravel < _URL_SINCE:
        reading.unused(_URL, f"Laravel {reading.laravel} does not read it; apply removes it")
        return None
    text = reading.text(_URL)
    if text is None:
        return None
    url = read_mail_url(text)
    if url is None:
        reading.leave(
            _URL,
            Reason(
                "it is no address of an SMTP server such as smtp://name@host:587",
                "the application cannot send with it; apply removes it",
            ),
        )
    return url


def _read_host(reading: Reading, url: MailUrl | None) -> str | None:
    if url is not None and url.host is not None:
        _shadowed(reading, "MAIL_HOST")
        reading.carry("email.smtp.host", url.host, _URL)
        return url.host
    host = reading.text("MAIL_HOST")
    if host is not None:
        reading.carry("email.smtp.host", host, "MAIL_HOST")
        return host
    reading.missing("MAIL_HOST", "the file names no server", help="set `email.smtp.host`")
    return None


def _read_port(reading: Reading, url: MailUrl | None) -> int:
    default = 587 if reading.laravel <= 10 else 2525
    if url is not None and url.port is not None:
        _shadowed(reading, "MAIL_PORT")
        reading.carry("email.smtp.port", url.port, _URL)
        return url.port
    text = reading.text("MAIL_PORT")
    if text is not None:
        if text.isascii() and text.isdigit() and len(text) <= 5:
            reading.carry("email.smtp.port", int(text), "MAIL_PORT")
            return int(text)
        reading.leave("MAIL_PORT", Reason("it is no port number", "set `email.smtp.port`; 587 is usual"))
        return 587
    if "MAIL_PORT" not in reading.entries:
        reading.missing("MAIL_PORT", f"Laravel {reading.laravel} then takes {default}, and so does the YAML")
        reading.draft.settings["email.smtp.port"] = default
    return default


def _read_login(reading: Reading, url: MailUrl | None, host: str | None) -> None:
    """The password first, so that a user name that is the same is seen to be a secret."""
    for setting, key, part in (
        ("email.smtp.password", "MAIL_PASSWORD", url.password if url is not None else None),
        ("email.smtp.username", "MAIL_USERNAME", url.username if url is not None else None),
    ):
        if part is not None:
            _shadowed(reading, key)
            _set_login(reading, setting, part, _URL, host)
        elif (text := reading.text(key)) is not None:
            _set_login(reading, setting, text, key, host)


def _set_login(reading: Reading, setting: str, text: str, key: str, host: str | None) -> None:
    if setting.endswith(".password"):
        reading.keep_secret(setting, text, key)
    elif reading.draft.holds(text):
        reading.keep_secret(setting, text, key, remark="it is the password too")
    elif is_secret_name(text, host):
        reading.keep_secret(setting, text, key, remark="with this provider the user name is a secret")
    else:
        reading.carry(setting, text, key)


def is_secret_name(username: str, host: str | None) -> bool:
    """Whether a user name must not stand in a file, by the provider behind a host or by its own shape."""
    provider = domain_owner(host) if host is not None else None
    if provider is not None and provider.username.secret:
        return True
    usual = provider is not None and provider.username.pattern is not None and provider.username.fits(username)
    return bool(find_leaks(username)) and not usual


def _read_ehlo(reading: Reading) -> None:
    key = "MAIL_EHLO_DOMAIN"
    if "email.smtp.ehlo_domain" in reading.draft.settings:
        _shadowed(reading, key)
    elif key in reading.entries and reading.laravel < _EHLO_SINCE:
        reading.unused(key, f"Laravel {reading.laravel} does not read it")
    elif (text := reading.text(key)) is not None:
        reading.carry("email.smtp.ehlo_domain", text, key)


def _read_service(reading: Reading, service: SmtpOf) -> None:
    """A provider's SMTP service in place of its API."""
    provider = provider_by_slug(service.slug)
    if provider is None:
        raise ValueError(f"{service.slug} is no provider")
    settings = reading.draft.settings
    settings["email.smtp.host"] = provider.hosts[0]
    settings["email.smtp.port"] = provider.recommended_port
    settings["email.smtp.encryption"] = provider.ports[provider.recommended_port]
    if service.username is not None:
        settings["email.smtp.username"] = service.username
    found = reading.first(*service.tokens)
    if found is None:
        keys = " or ".join(service.tokens)
        reading.missing(service.tokens[0], f"{keys} is not set", help="set `email.smtp.password` to a reference")
        return
    key, token = found
    reading.keep_secret("email.smtp.password", token, key)
    if service.username is None:
        reading.keep_secret("email.smtp.username", token, key, remark="the token is user name and password")


def _shadowed(reading: Reading, key: str) -> None:
    if key in reading.entries:
        reading.unused(key, f"MAIL_URL, line {reading.entries.line(_URL)}, beats it")
