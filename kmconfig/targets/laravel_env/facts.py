"""By which way mail leaves an application, as its variables say it."""

from __future__ import annotations

from typing import Protocol

from kmconfig.targets.interface import MailFacts

_SMTP_MAILERS = (None, "smtp", "failover", "roundrobin")


class Variables(Protocol):
    """What an application reads its variables from."""

    def laravel(self, key: str) -> str | bool | None:
        """What ``env()`` returns for a key."""
        ...


def live_facts(file: Variables) -> MailFacts:
    """``MAIL_URL`` beats the other keys; of failover and round robin the SMTP server is one part."""
    sender = _text(file, "MAIL_FROM_ADDRESS")
    url = _text(file, "MAIL_URL")
    if url is not None and (found := _of_url(url)) is not None:
        return found._replace(sender=sender)
    mailer = file.laravel("MAIL_MAILER")
    smtp = mailer in _SMTP_MAILERS
    return MailFacts(
        driver=mailer if isinstance(mailer, str) and mailer else None,
        host=_text(file, "MAIL_HOST") if smtp else None,
        encryption=_encryption(file) if smtp else None,
        sender=sender,
    )


def _encryption(file: Variables) -> str | None:
    """Laravel to version 10 reads one key and later ones the other; where both stand the newer is what counts."""
    scheme, word = _text(file, "MAIL_SCHEME"), _text(file, "MAIL_ENCRYPTION")
    if scheme is not None:
        return {"smtps": "ssl", "smtp": "tls"}.get(scheme)
    return word if word in ("tls", "ssl") else None


def _of_url(url: str) -> MailFacts | None:
    """The facts of an SMTP address; None for other addresses, as of mail services."""
    from urllib.parse import urlsplit  # noqa: PLC0415 - few files have one

    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        return None
    return MailFacts(driver="smtp", host=parts.hostname, encryption="ssl" if parts.scheme == "smtps" else "tls")


def _text(file: Variables, key: str) -> str | None:
    value = file.laravel(key)
    return value if isinstance(value, str) and value else None
