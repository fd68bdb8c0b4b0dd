"""Mail addresses and host names as they go over the wire (RFC 5321 §4.1.2, RFC 6531, RFC 5891)."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

import idna

from kmconfig.mail.failure import StageFailed, one_line

_LOCAL_ATOM: Final = re.compile(r"[^\s\"(),:;<>@\[\\\]\x00-\x1f\x7f]+")
_LOCAL_QUOTED: Final = re.compile(r'"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"')


def ascii_domain(domain: str) -> str | None:
    """Return ``domain`` in ASCII, non-ASCII labels as A-labels; ``None`` when it is no domain at all."""
    if domain.isascii():
        return domain if domain and not re.search(r"[\s<>\x00-\x1f\x7f]", domain) else None
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return None


def wire_address(address: str) -> str:
    """Return ``address`` with its domain in ASCII; the local part stays as it is.

    Raises :class:`StageFailed` of kind ``bad-address`` for what cannot stand between angle brackets.
    """
    local, at, domain = address.rpartition("@")
    ascii_part = ascii_domain(domain)
    proper = _LOCAL_ATOM.fullmatch(local) or _LOCAL_QUOTED.fullmatch(local)
    if not at or not proper or ascii_part is None or one_line(address) != address:
        raise StageFailed("bad-address", f"`{address}` is no mail address")
    return f"{local}@{ascii_part}"


def needs_smtputf8(address: str) -> bool:
    """Whether ``address`` has a local part that only SMTPUTF8 can carry."""
    return not address.rpartition("@")[0].isascii()


def address_literal(ip: str) -> str:
    """Return ``ip`` as the address literal that EHLO takes from a client without a name."""
    parsed = ipaddress.ip_address(ip.partition("%")[0])
    return f"[IPv6:{parsed}]" if parsed.version == 6 else f"[{parsed}]"
