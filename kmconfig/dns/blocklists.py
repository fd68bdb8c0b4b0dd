"""Whether a domain stands on a blocklist of domains: KM713.

Lists are asked only on request, since that tells them about the domain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kmconfig.dns.names import listed, quoted
from kmconfig.lint.sender_domain import DomainCheck

if TYPE_CHECKING:
    from kmconfig.dns.answer import Ask


class Blocklist(NamedTuple):
    """A list of domains. Answers in ``refusals`` say that the list does not talk to this resolver."""

    title: str
    zone: str
    listings: str
    refusals: tuple[str, ...]
    page: str


BLOCKLISTS: Final = (
    Blocklist(
        "Spamhaus DBL", "dbl.spamhaus.org", "127.0.1.", ("127.255.255.", "127.0.1.255"), "https://check.spamhaus.org"
    ),
    Blocklist("SURBL", "multi.surbl.org", "127.0.0.", ("127.0.0.1",), "https://surbl.org/surbl-analysis"),
)


def check_blocklists(domain: str, ask: Ask) -> DomainCheck:
    """Ask each list about a domain."""
    on: list[Blocklist] = []
    unknown: list[str] = []
    for blocklist in BLOCKLISTS:
        answer = ask(f"{domain}.{blocklist.zone}", "A")
        if not answer.known:
            unknown.append(answer.detail)
        elif any(_is_refusal(record, blocklist) for record in answer.records):
            unknown.append(
                f"{blocklist.title} does not answer this resolver; ask with `--resolver` through one of your own"
            )
        elif any(record.startswith(blocklist.listings) for record in answer.records):
            on.append(blocklist)
    if on:
        detail = f"{quoted(domain)} is listed by {listed([blocklist.title for blocklist in on])}"
        return DomainCheck("KM713", "warn", detail, f"look up why, and have it taken off: {on[0].page}")
    if unknown:
        return DomainCheck("KM713", "unknown", unknown[0])
    return DomainCheck("KM713", "pass", f"not listed by {listed([blocklist.title for blocklist in BLOCKLISTS])}")


def _is_refusal(record: str, blocklist: Blocklist) -> bool:
    return any(
        record == refusal or (refusal.endswith(".") and record.startswith(refusal)) for refusal in blocklist.refusals
    )
