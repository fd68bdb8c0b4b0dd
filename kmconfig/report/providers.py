"""What is known of one mail provider, with its source and the day of the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.providers.record import Form, Provider
    from kmconfig.report.style import Style

_FROM_RULES = {
    "login": "the address of the login",
    "verified": "an address or domain verified with the provider",
    "any": "any address",
}
_ENCRYPTIONS = {"tls": "STARTTLS", "ssl": "TLS from the first byte"}


def provider_document(provider: Provider) -> dict[str, Any]:
    """One provider for machines."""
    ends = provider.password_login_ends
    return {
        "version": 1,
        "provider": provider.slug,
        "title": provider.title,
        "hosts": list(provider.hosts),
        "regional_hosts": list(provider.regional_hosts),
        "regions": list(provider.regions),
        "ports": [{"port": port, "encryption": encryption} for port, encryption in sorted(provider.ports.items())],
        "recommended_port": provider.recommended_port,
        "login_required": provider.credentials_required,
        "username": _form(provider.username),
        "password": _form(provider.credential),
        "sender": provider.from_rule,
        "spf_include": provider.spf_include,
        "own_bounces": provider.own_bounces,
        "dkim_selectors": list(provider.dkim_selectors),
        "limits": provider.limits,
        "password_login_ends": None if ends is None else ends._asdict(),
        "documentation": provider.documentation,
        "source": provider.source,
        "facts_of": provider.facts_of,
    }


def provider_text(provider: Provider, *, style: Style) -> Iterator[str]:
    """One provider for people: what to write, what to expect, and where it is documented."""
    yield style("bold", for_terminal(f"{provider.title} ({provider.slug})"))
    rows = list(_rows(provider))
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        yield f"{style('faint', name.ljust(width))}  {for_terminal(text)}"


def _rows(provider: Provider) -> Iterator[tuple[str, str]]:
    for host in (*provider.hosts, *(host.replace("{region}", "REGION") for host in provider.regional_hosts)):
        yield "host", host
    if provider.regions:
        yield "regions", ", ".join(provider.regions) + ("" if provider.regions_final else ", and more")
    for port, encryption in sorted(provider.ports.items(), key=lambda entry: entry[0] != provider.recommended_port):
        recommended = ", recommended" if port == provider.recommended_port else ""
        yield "port", f"{port} with `encryption: {encryption}` ({_ENCRYPTIONS[encryption]}){recommended}"
    yield "username", _expected(provider.username)
    yield "password", _expected(provider.credential)
    if not provider.credentials_required:
        yield "login", "not always needed"
    yield "sender", _FROM_RULES[provider.from_rule]
    yield "spf", _spf(provider)
    if provider.dkim_selectors:
        yield "dkim", f"selectors {', '.join(provider.dkim_selectors)}"
    yield "limits", provider.limits
    if provider.password_login_ends is not None:
        ends = provider.password_login_ends
        yield from (("attention", ends.fact), ("remedy", ends.remedy), ("says who", ends.source))
    yield from (("manual", provider.documentation), ("source", provider.source), ("facts of", provider.facts_of))


def _spf(provider: Provider) -> str:
    if not provider.spf_include:
        return "no include is known to be needed"
    if provider.own_bounces:
        return f"include:{provider.spf_include}, only in the record of a MAIL FROM domain of your own"
    return f"include:{provider.spf_include}"


def _expected(form: Form) -> str:
    return form.expected if form.confirmed else f"{form.expected} (the provider does not document the form)"


def _form(form: Form) -> dict[str, Any]:
    return {
        "expected": form.expected,
        "pattern": form.pattern,
        "exact": form.exact,
        "secret": form.secret,
        "confirmed": form.confirmed,
    }
