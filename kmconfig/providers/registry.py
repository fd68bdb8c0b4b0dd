"""Every provider, and whose a host is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from kmconfig.environment.words import FROM_PACKAGES
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
    from collections.abc import Callable

    from kmconfig.providers.record import Provider

_Remembering = TypeVar("_Remembering", bound="Callable[..., Any]")

#: Our own providers.
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


class _Counting:
    """Which providers count in this process at the moment: ours, and behind them those of packages."""

    def __init__(self) -> None:
        self.forget: list[Callable[[], None]] = []
        self.count(())

    def count(self, of_packages: tuple[Provider, ...]) -> None:
        self.of_packages = of_packages
        self.providers = (*PROVIDERS, *of_packages)
        self.by_host = {host: provider for provider in self.providers for host in provider.hosts}
        self.by_slug = {provider.slug: provider for provider in self.providers}
        for forget in self.forget:
            forget()


_COUNTING = _Counting()


def remembered(function: _Remembering) -> _Remembering:
    """Remember what a function says, of many hosts for one, for as long as the same providers count."""
    kept: Any = lru_cache(HOSTS)(function)
    _COUNTING.forget.append(kept.cache_clear)
    return kept  # type: ignore[no-any-return]  # it is called as the function is


def count_providers(of_packages: tuple[Provider, ...]) -> None:
    """Let these providers of packages count beside our own, and no others."""
    if of_packages != _COUNTING.of_packages:
        _COUNTING.count(of_packages)


def counted_providers() -> tuple[Provider, ...]:
    """The providers of packages that count."""
    return _COUNTING.of_packages


def providers() -> tuple[Provider, ...]:
    """Every provider that counts: our own, and those of packages where the project allows them."""
    return _COUNTING.providers


@lru_cache(HOSTS)
def normal_host(host: str) -> str:
    """A host name as it is compared: lower case, no trailing dot."""
    return host.strip().removesuffix(".").lower()


def provider_by_slug(slug: str) -> Provider | None:
    """The provider that project files and flags call ``slug``."""
    return _COUNTING.by_slug.get(slug)


def nearest_provider(word: str) -> str | None:
    """The slug of the provider that was probably meant, by its slug, its title, its companies or its hosts."""
    from difflib import get_close_matches  # noqa: PLC0415 - only wrong names pay for it

    names = {name.lower(): provider.slug for provider in reversed(providers()) for name in _names_of(provider)}
    close = get_close_matches(normal_host(word), list(names), 1, 0.6)
    return names[close[0]] if close else None


def provider_remedy(word: str) -> str:
    """What to do about a word that names no provider."""
    near = nearest_provider(word)
    known = f"there are: {', '.join(provider.slug for provider in providers())};"
    return f"{f'did you mean `{near}`?' if near is not None else known} others {FROM_PACKAGES}"


def _names_of(provider: Provider) -> tuple[str, ...]:
    return (provider.slug, provider.title, *provider.companies, *provider.example_hosts())


def provider_of_host(host: str) -> Provider | None:
    """The provider whose SMTP host this is, by exact name first and by regional pattern second."""
    return _provider_of(normal_host(host))


@remembered
def _provider_of(host: str) -> Provider | None:
    exact = _COUNTING.by_host.get(host)
    if exact is not None:
        return exact
    for provider in providers():
        if provider.regional_hosts and provider.region_of(host) is not None:
            return provider
    return None


def domain_owner(host: str) -> Provider | None:
    """The provider under whose domain a host lies, whether it takes mail there or not."""
    return _owner_of(normal_host(host))


@remembered
def _owner_of(host: str) -> Provider | None:
    known = _provider_of(host)
    if known is not None:
        return known
    for provider in providers():
        if any(host == domain or host.endswith(f".{domain}") for domain in provider.domains):
            return provider
        if provider.other_hosts is not None and re.fullmatch(provider.other_hosts, host):
            return provider
    return None
