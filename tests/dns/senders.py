"""Senders as environments make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.dns.examine import Examined, examine
from kmconfig.dns.sender import Sender
from kmconfig.providers.registry import provider_by_slug
from tests.dns.zone import zone

if TYPE_CHECKING:
    from kmconfig.lint.sender_domain import DomainCheck

DOMAIN = "acme.example"


def sender(slug: str | None = "sendgrid", *, selectors: tuple[str, ...] | None = None, **more: object) -> Sender:
    """Who sends from the sample domain through a provider."""
    provider = None if slug is None else provider_by_slug(slug)
    known = provider.dkim_selectors if provider is not None else ()
    made = Sender(DOMAIN, provider, known if selectors is None else selectors, selectors is not None, DOMAIN)
    return made._replace(**more)  # type: ignore[arg-type]


def seen(text: str = "", who: Sender | None = None, *, blocklists: bool = False) -> Examined:
    """What is seen of a sender where the DNS differs from a sound domain's like this."""
    return examine(who or sender(), zone(text), blocklists=blocklists)


def check(code: str, text: str = "", who: Sender | None = None) -> DomainCheck:
    """One of the checks."""
    found = seen(text, who).state.check(code)
    assert found is not None, f"{code} does not apply"
    return found


def results(examined: Examined) -> dict[str, str]:
    """What did not pass."""
    return {found.code: found.result for found in examined.state.checks if found.result != "pass"}
