"""`MAIL_URL`, which beats host, port and login beside it from Laravel 10 on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class MailUrl:
    """The parts of an address such as `smtp://name:password@host:587?timeout=20`; None where it does not say."""

    scheme: str
    host: str | None
    port: int | None
    username: str | None
    password: str | None = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_mail_url(text: str) -> MailUrl | None:
    """Take an address apart; None where it is none of an SMTP server. Percent signs are resolved as Laravel does."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("smtp", "smtps"):
        return None
    return MailUrl(
        scheme=parts.scheme,
        host=_host(parts.netloc.rpartition("@")[2]),
        port=port,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        options=dict(parse_qsl(parts.query, keep_blank_values=True)),
    )


def _host(place: str) -> str | None:
    """The host as it is written, since `hostname` would make capitals small."""
    host = place.rpartition("]")[0].lstrip("[") if place.startswith("[") else place.partition(":")[0]
    return unquote(host) or None
