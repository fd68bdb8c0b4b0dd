"""Which domains belong together, for alignment and for telling servers of one house."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

# Second levels under which country registries register; enough to tell a neighbour from a relative without a list
# of all public suffixes. Where the receiving server judged alignment itself, by DMARC, or where the DNS tells by DMARC
# records, their word counts.
_REGISTRY_LEVELS: Final = frozenset(("ac", "co", "com", "edu", "gob", "gov", "gouv", "ltd", "me", "net", "nom", "or", "org", "plc", "sch"))  # fmt: skip # noqa: E501
_INTERNAL: Final = frozenset(("internal", "local", "lan", "localdomain", "localhost", "intern", "home", "corp"))
_NAME: Final = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){1,20}")


def organisation(domain: str) -> str:
    """Return the part of a domain that somebody registered: ``acme.co.uk`` of ``mail.eu.acme.co.uk``."""
    labels = domain.lower().rstrip(".").split(".")
    wanted = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _REGISTRY_LEVELS else 2
    return ".".join(labels[-wanted:])


def is_public_name(host: str) -> bool:
    """Whether a host's name says whose it is: neither an address nor a name of an inner network."""
    name = host.lower().rstrip(".")
    try:
        ipaddress.ip_address(name.strip("[]").removeprefix("ipv6:"))
    except ValueError:
        return bool(_NAME.fullmatch(name)) and name.rpartition(".")[2] not in _INTERNAL
    return False
