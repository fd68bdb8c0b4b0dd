"""Addresses of servers that a login is sent to, and what it means that they differ."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

from kmconfig.secrets.vault.address import is_loopback, normal_host

_CLEAR = frozenset(("http", "imap"))


def _parts(address: Any) -> SplitResult | None:
    """The parts of an address, None where there is none that can be read."""
    if not isinstance(address, str):
        return None
    try:
        return urlsplit(address)
    except ValueError:
        return None


def begins_in_clear(address: Any) -> bool:
    """Whether a connection to an address begins without TLS and leaves this machine."""
    parts = _parts(address)
    return parts is not None and parts.scheme in _CLEAR and not is_loopback(parts.hostname or "")


def is_newly_clear(before: Any, after: Any) -> bool:
    """Whether a connection begins without TLS that did not."""
    return begins_in_clear(after) and not begins_in_clear(before)


def is_other_host(before: Any, after: Any) -> bool:
    """Whether two addresses lead to different machines."""
    one, other = _parts(before), _parts(after)
    return one is None or other is None or normal_host(one.hostname or "") != normal_host(other.hostname or "")


def is_same_but_scheme(before: Any, after: Any) -> bool:
    """Whether two addresses differ in nothing but encryption."""
    one, other = _parts(before), _parts(after)
    return one is not None and other is not None and one._replace(scheme="") == other._replace(scheme="")
