"""Which Authentication-Results are the receiving server's own.

Anybody may write this field into a message, so RFC 8601 lets a reader trust only servers it knows. Nobody tells us
their names; the message does. Every server writes its fields on top of what it was given, hence:

1. The hosts behind ``by`` in the Received fields, from the top, are the receiving side's, as long as they are of the
   same organisation; inner names (``10.0.0.5``, ``store.internal``) are passed over. The last of them is where the
   message came in: the border. Large receivers that go by several domains are known here.
   Where none of them says whose it is, the topmost alone is the receiving side's.
2. A field above the border's Received was written on the receiving side, whatever it calls itself.
3. Between it and the next Received stand what the border added, and what came with the message. There a field counts
   only if its authserv-id is of the receiving organisation: the border must remove others' fields with its own name
   (RFC 8601, section 5). Microsoft's gives no name; there a nameless field counts.
4. Where the receiving side wrote above the border's Received, what stands below it does not count even with the right
   name: a server writes all it has to say in one place, and not every one removes forgeries.
5. Below that, nothing counts.

Of each method the topmost result counts, since servers that do report put theirs above whatever was there: SPF, DKIM
and DMARC are often written by different programs, each into a field of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmconfig.mail.confirm.authentication_results import AuthenticationResults, MethodResult, without_comments
from kmconfig.mail.confirm.domains import is_public_name, organisation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.mail.confirm.header import Header

_BY: Final = re.compile(r"(?:^|\s)by\s+([^\s;]{1,255})", re.IGNORECASE)
_NAMELESS: Final = frozenset(("outlook.com",))

# Receivers whose servers go by several domains; the first stands for all.
_HOUSES: Final = (
    ("outlook.com", "office365.com", "hotmail.com", "live.com"),
    ("google.com", "gmail.com", "googlemail.com"),
    ("icloud.com", "me.com", "mac.com", "apple.com"),
    ("yahoo.com", "aol.com", "yahoodns.net", "ymail.com"),
    ("messagingengine.com", "fastmail.com"),
    ("protonmail.ch", "protonmail.com", "proton.me"),
    ("gmx.net", "gmx.com", "gmx.de", "web.de"),
    ("zohomail.com", "zoho.com", "zohomail.eu", "zoho.eu"),
)
_HOUSE_OF: Final = {domain: house[0] for house in _HOUSES for domain in house}
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Reported:
    """What the receiving server reports. ``server`` is the authserv-id, None where it reports nothing.

    ``dkim`` has one result for each signature; ``ignored`` names the servers whose fields were not believed.
    """

    server: str | None
    spf: MethodResult | None
    dkim: tuple[MethodResult, ...]
    dmarc: MethodResult | None
    ignored: tuple[str, ...]


def reported(header: Header) -> Reported:
    """Return what the receiving server says of a message's authentication."""
    trusted, ignored = _sorted(header)
    found: dict[str, tuple[MethodResult, ...]] = {}
    for field in trusted:
        for method in ("spf", "dkim", "dmarc"):
            results = tuple(result for result in field.results if result.method == method)
            if results:
                found.setdefault(method, results)
    spf, dkim, dmarc = (found.get(method, ()) for method in ("spf", "dkim", "dmarc"))
    return Reported(
        server=trusted[0].server if trusted else None,
        spf=spf[0] if spf else None,
        dkim=dkim[:10],
        dmarc=dmarc[0] if dmarc else None,
        ignored=tuple(dict.fromkeys(field.server or "a server without a name" for field in ignored)),
    )


def _sorted(header: Header) -> tuple[list[AuthenticationResults], list[AuthenticationResults]]:
    """The fields that count, and those that do not, topmost first."""
    house, border = _receiving_side([_host(value) for value in header.all("received")])
    above: list[AuthenticationResults] = []
    beside: list[AuthenticationResults] = []
    others: list[AuthenticationResults] = []
    for passed, value in list(_placed(header))[:_MOST]:
        field = AuthenticationResults.parse(value)
        if passed < border:
            above.append(field)
        elif passed == border and _is_of(field.server, house):
            beside.append(field)
        else:
            others.append(field)
    return (above, [*beside, *others]) if above else (beside, others)


def _placed(header: Header) -> Iterator[tuple[int, str]]:
    """Each Authentication-Results with the number of Received fields above it."""
    passed = 0
    for name, value in header.fields:
        passed += name == "received"
        if name == "authentication-results":
            yield passed, value


def _receiving_side(hops: list[str]) -> tuple[str | None, int]:
    """The receiving organisation, and how many Received fields, from the top, are its."""
    house: str | None = None
    border = min(1, len(hops))
    for position, host in enumerate(hops, start=1):
        if is_public_name(host):
            if house is not None and _house(host) != house:
                break
            house = _house(host)
            border = position
    return house, border


def _house(host: str) -> str:
    domain = organisation(host)
    return _HOUSE_OF.get(domain, domain)


def _is_of(server: str, house: str | None) -> bool:
    if house is None:
        return False
    return house in _NAMELESS if not server else is_public_name(server) and _house(server) == house


def _host(received: str) -> str:
    found = _BY.search(without_comments(received))
    return found[1].rstrip(".").lower() if found is not None else ""
