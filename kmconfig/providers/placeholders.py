"""Names from documentation that somebody forgot to replace.

Domains in ``.example`` and ``.test`` are none: they are for examples and tests that are meant (RFC 2606).
"""

from __future__ import annotations

import re
from functools import lru_cache

#: A fleet names the same few domains and addresses again and again.
_REMEMBERED = 4096

_NAMES = frozenset(
    (
        *("yourdomain", "your-domain", "yourcompany", "your-company", "yourhost", "your-host", "yourserver"),
        *("mydomain", "mycompany", "changeme", "change-me", "replaceme", "replace-me", "todo", "fixme"),
    )
)
_DOMAINS = ("example.com", "example.net", "example.org", "domain.com", "provider.com", "host.com")
_LOCAL_PARTS = frozenset(("changeme", "change-me", "your-email", "youremail", "your-name", "yourname", "your.email"))


@lru_cache(_REMEMBERED)
def is_placeholder_domain(domain: str) -> bool:
    """Whether a host or domain was copied from documentation."""
    name = domain.strip().removesuffix(".").lower()
    if any(name == known or name.endswith(f".{known}") for known in _DOMAINS):
        return True
    return any(label in _NAMES for label in name.split("."))


@lru_cache(_REMEMBERED)
def is_placeholder_address(address: str) -> bool:
    """Whether a mail address was copied from documentation."""
    local, _, domain = address.lower().rpartition("@")
    return local in _LOCAL_PARTS or is_placeholder_domain(domain)


@lru_cache(_REMEMBERED)
def is_noreply(address: str) -> bool:
    """Whether nobody reads what is sent to an address, going by its name."""
    local = re.sub(r"[^a-z]", "", address.lower().rpartition("@")[0].partition("+")[0])
    return local in ("noreply", "donotreply", "dontreply", "nepasrepondre", "nichtantworten")
