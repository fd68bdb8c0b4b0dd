"""Every provider, and whose a host is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from kmconfig.providers.brevo import BREVO
from kmconfig.providers.fastmail import FASTMAIL
from kmconfig.providers.gmail import GMAIL
from kmconfig.providers.mailgun import MAILGUN
from kmconfig.providers.mailjet import MAILJET
from kmconfig.providers.mailtrap import MAILTRAP
from kmconfig.providers.microsoft365 import MICROSOFT365
from kmconfig.providers.outlook import OUTLOOK
from kmconfig.providers.postmark import POSTMARK
from kmconfig.providers.resend import RESEND
from kmconfig.providers.self_hosted import SELF_HOSTED
from kmconfig.providers.sendgrid import SENDGRID
from kmconfig.providers.ses import SES
from kmconfig.providers.sparkpost import SPARKPOST
from kmconfig.providers.workspace_relay import WORKSPACE_RELAY
from kmconfig.providers.zoho import ZOHO

if TYPE_CHECKING:
    from kmconfig.providers.record import Provider

PROVIDERS: tuple[Provider, ...] = (
    SENDGRID,
    SES,
    MAILGUN,
    POSTMARK,
    SPARKPOST,
    GMAIL,
    WORKSPACE_RELAY,
    MICROSOFT365,
    OUTLOOK,
    BREVO,
    RESEND,
    MAILJET,
    MAILTRAP,
    ZOHO,
    FASTMAIL,
    SELF_HOSTED,
)

#: A fleet names the same few hosts again and again: what was said of this many is remembered.
HOSTS = 4096

_BY_HOST = {host: provider for provider in PROVIDERS for host in provider.hosts}
_BY_SLUG = {provider.slug: provider for provider in PROVIDERS}


@lru_cache(HOSTS)
def normal_host(host: str) -> str:
    """A host name as it is compared: lower case, no trailing dot."""
    return host.strip().removesuffix(".").lower()


def provider_by_slug(slug: str) -> Provider | None:
    """The provider that project files and flags call ``slug``."""
    return _BY_SLUG.get(slug)


def nearest_provider(word: str) -> str | None:
    """The slug of the provider that was probably meant, by its slug, its title, its companies or its hosts."""
    from difflib import get_close_matches  # noqa: PLC0415 - only wrong names pay for it

    names = {name.lower(): provider.slug for provider in reversed(PROVIDERS) for name in _names_of(provider)}
    close = get_close_matches(normal_host(word), list(names), 1, 0.6)
    return names[close[0]] if close else None


def _names_of(provider: Provider) -> tuple[str, ...]:
    return (provider.slug, provider.title, *provider.companies, *provider.example_hosts())


def provider_of_host(host: str) -> Provider | None:
    """The provider whose SMTP host this is, by exact name first and by regional pattern second."""
    return _provider_of(normal_host(host))


@lru_cache(HOSTS)
def _provider_of(host: str) -> Provider | None:
    exact = _BY_HOST.get(host)
    if exact is not None:
        return exact
    for provider in PROVIDERS:
        if provider.regional_hosts and provider.region_of(host) is not None:
            return provider
    return None


def domain_owner(host: str) -> Provider | None:
    """The provider under whose domain a host lies, whether it takes mail there or not."""
    return _owner_of(normal_host(host))


@lru_cache(HOSTS)
def _owner_of(host: str) -> Provider | None:
    known = _provider_of(host)
    if known is not None:
        return known
    for provider in PROVIDERS:
        if any(host == domain or host.endswith(f".{domain}") for domain in provider.domains):
            return provider
        if provider.other_hosts is not None and re.fullmatch(provider.other_hosts, host):
            return provider
    return None
