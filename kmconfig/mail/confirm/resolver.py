"""TXT records for DKIM keys: there, not there, or not to be asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from kmconfig.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    LookUp = Callable[[str], str | None]
    """Domain name to the text of its TXT record, None where there is none. Raises NotAnswered."""

VARIABLE: Final = "KMCONFIG_RESOLVER"
LOOKUP_SECONDS: Final = 5.0


class NotAnswered(Exception):  # noqa: N818 - a result, not a fault of the program
    """DNS could not be asked; whether there is a record is not known."""


def txt_lookup(environ: Mapping[str, str] = os.environ) -> LookUp:
    """Return what asks the machine's resolver, or the one that ``KMCONFIG_RESOLVER=host:port`` names.

    Raises UsageError for a variable that names none.
    """
    server = named_resolver(environ.get(VARIABLE, ""))

    def look_up(name: str) -> str | None:
        return _ask(name, server)

    return look_up


def named_resolver(text: str) -> tuple[str, int] | None:
    """Address and port of a resolver, port 53 where there is none; None for an empty text. Raises UsageError."""
    import ipaddress  # noqa: PLC0415 - only where the variable is set
    from urllib.parse import urlsplit  # noqa: PLC0415

    if not text:
        return None
    try:
        url = urlsplit(f"//{text}")
        return str(ipaddress.ip_address(url.hostname or "")), url.port or 53
    except ValueError:
        problem = UsageError(f"`{VARIABLE}` names no resolver", help="write ADDRESS:PORT, such as 127.0.0.1:53")
    raise problem


def _ask(name: str, server: tuple[str, int] | None) -> str | None:
    import dns.exception  # noqa: PLC0415 - heavy
    import dns.resolver  # noqa: PLC0415

    try:
        resolver = dns.resolver.Resolver(configure=server is None)
        if server is not None:
            resolver.nameservers, resolver.port = [server[0]], server[1]
        answer = resolver.resolve(name, "TXT", lifetime=LOOKUP_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong, dns.name.EmptyLabel):
        return None
    except (dns.exception.DNSException, OSError) as error:
        reason = type(error).__name__
    else:
        return b"".join(answer[0].strings).decode("ascii", "replace")
    raise NotAnswered(f"{name}: {_REASONS.get(reason, reason)}")


_REASONS: Final = {
    "LifetimeTimeout": "no answer in time",
    "NoNameservers": "the resolver could not answer (SERVFAIL)",
    "NoResolverConfiguration": "this machine has no resolver",
}
