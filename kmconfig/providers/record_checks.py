"""What is asked of a provider's record that comes from an installed package, before it counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from kmconfig.providers.record import Form, Leak, Mistake, Outline, Provider, Retirement, host_pattern

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_HOST: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]+(\.[a-z0-9-]+)+")
_TEMPLATE: Final = re.compile(r"([a-z0-9*-]|\{region\})+(\.([a-z0-9*-]|\{region\})+)+")


def unmet_requirement(provider: Provider) -> str | None:
    """What a record lacks, as a sentence with the remedy; None where it can be used. It may hold anything."""
    for is_met, remedy in _REQUIREMENTS:
        if not is_met(provider):
            called = f"the provider `{provider.slug}`" if isinstance(provider.slug, str) else "a provider"
            return f"{called} {remedy}"
    return None


def clash(provider: Provider, known: Iterable[Provider]) -> str | None:
    """What a record wants that is somebody else's; None where there is nothing."""
    for other in known:
        if provider.slug == other.slug:
            return f"the provider `{provider.slug}` is known already; give the record another slug"
        for host in (*provider.example_hosts(), *provider.domains):
            if _belongs_to(host, other):
                return f"the provider `{provider.slug}` names `{host}`, which is of `{other.slug}`; leave it out"
        for host in (*other.example_hosts(), *other.domains):
            if _belongs_to(host, provider):
                return f"the provider `{provider.slug}` takes `{host}` for its own, which is of `{other.slug}`"
    return None


def _belongs_to(host: str, provider: Provider) -> bool:
    within = any(host == domain or host.endswith(f".{domain}") for domain in provider.domains)
    other = provider.other_hosts is not None and re.fullmatch(provider.other_hosts, host) is not None
    return within or other or host in provider.hosts or provider.region_of(host) is not None


def _has_slug(provider: Provider) -> bool:
    return isinstance(provider.slug, str) and _SLUG.fullmatch(provider.slug) is not None


def _has_texts(provider: Provider) -> bool:
    needed = (provider.title, provider.limits, provider.documentation, provider.source, provider.facts_of)
    more = (provider.dkim_selector_form, provider.dkim_alias, provider.spf_include or "")
    return all(_is_text(text) and text.strip() for text in needed) and all(map(_is_text, more))


def _is_documented(provider: Provider) -> bool:
    return provider.documentation.startswith("https://")


def _has_ports(provider: Provider) -> bool:
    ports = provider.ports
    if not isinstance(ports, Mapping) or provider.recommended_port not in ports:
        return False
    return all(type(port) is int and 0 < port < 65536 and spoken in ("tls", "ssl") for port, spoken in ports.items())


def _has_forms(provider: Provider) -> bool:
    api = provider.api_credentials
    if not isinstance(api, Mapping) or not all(map(_is_text, api)):
        return False
    return all(map(_is_form, (provider.username, provider.credential, *api.values())))


def _is_form(form: Any) -> bool:
    if not isinstance(form, Form) or not _is_text(form.expected) or not isinstance(form.mistakes, tuple):
        return False
    mistakes = all(
        isinstance(found, Mistake) and _is_expression(found.pattern) and _is_text(found.meaning)
        for found in form.mistakes
    )
    return mistakes and (form.pattern is None or _is_expression(form.pattern)) and _is_text(form.exact or "")


def _has_hosts(provider: Provider) -> bool:
    named = (provider.hosts, provider.domains)
    return all(_are(names, lambda name: _HOST.fullmatch(name) is not None) for names in named) and bool(
        provider.hosts or provider.regional_hosts
    )


def _has_regions(provider: Provider) -> bool:
    if not _is_expression(provider.region) or not _are(provider.regions, bool):
        return False
    if not _are(provider.regional_hosts, lambda host: _TEMPLATE.fullmatch(host) is not None and "{region}" in host):
        return False
    return all(_is_expression(host_pattern(host, provider.region)) for host in provider.regional_hosts)


def _has_pattern_of_others(provider: Provider) -> bool:
    return provider.other_hosts is None or _is_expression(provider.other_hosts)


def _has_names(provider: Provider) -> bool:
    return all(_are(names, lambda name: bool(name.strip())) for names in (provider.companies, provider.dkim_selectors))


def _has_leaks(provider: Provider) -> bool:
    return isinstance(provider.leaks, tuple) and all(map(_is_leak, provider.leaks))


def _is_leak(leak: Any) -> bool:
    if not isinstance(leak, Leak) or not _is_text(leak.kind) or not _is_expression(leak.pattern):
        return False
    outline = leak.outline is None or (isinstance(leak.outline, Outline) and all(map(_is_text, leak.outline)))
    return outline and isinstance(leak.literal, str) and _are(leak.near, lambda word: word == word.lower())


def _has_sender_rule(provider: Provider) -> bool:
    end = provider.password_login_ends
    return provider.from_rule in ("login", "verified", "any") and (
        end is None or (isinstance(end, Retirement) and all(map(_is_text, end)))
    )


def _is_text(text: Any) -> bool:
    return isinstance(text, str) and (not text or text.isprintable())


def _are(names: Any, is_sound: Callable[[str], bool]) -> bool:
    return isinstance(names, tuple) and all(isinstance(name, str) and is_sound(name) for name in names)


def _is_expression(pattern: Any) -> bool:
    try:
        re.compile(pattern)
    except (re.error, TypeError):
        return False
    return isinstance(pattern, str)


_REQUIREMENTS: Final[tuple[tuple[Callable[[Provider], bool], str], ...]] = (
    (_has_slug, "needs a slug in lower case such as `acme-relay`"),
    (_has_texts, "needs a title, its limits, its documentation and the source of its facts, on one line each"),
    (_is_documented, "needs a documentation that begins with https://"),
    (_has_ports, "needs `ports` that map numbers to tls or ssl, and a `recommended_port` among them"),
    (_has_forms, "needs a Form with regular expressions for user name, credential and each of `api_credentials`"),
    (_has_hosts, "needs `hosts` or `regional_hosts`, and these and `domains` as tuples of names in lower case"),
    (_has_regions, "needs `regional_hosts` with {region} in them, and a regular expression for `region`"),
    (_has_pattern_of_others, "needs a regular expression for `other_hosts`"),
    (_has_names, "needs `companies` and `dkim_selectors` as tuples of names"),
    (_has_leaks, "needs `leaks` as a tuple of Leak with regular expressions"),
    (_has_sender_rule, "needs a `from_rule` of login, verified or any, and a Retirement where password logins end"),
)
