"""The pages on mail providers, from their records and from what `kmconfig init` writes for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docs.generate.markdown import prose, table
from kmconfig.providers.registry import PROVIDERS
from kmconfig.report.providers import provider_document
from kmconfig.scaffold.answers import Answers
from kmconfig.scaffold.environments import mail_place
from kmconfig.scaffold.servers import driver_block
from kmconfig.scaffold.setup_steps import setup_steps
from kmconfig.source.writing import yaml_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.providers.record import Provider
    from kmconfig.scaffold.answers import Driver

FOLDER = "providers"
#: Drivers that go to a provider by its API.
BY_API: dict[str, Driver] = {"mailgun": "mailgun", "ses": "ses"}
_ENCRYPTIONS = {"tls": "`tls`, that is STARTTLS", "ssl": "`ssl`, that is TLS from the first byte"}
_SENDERS = {
    "login": "only that of the login",
    "verified": "an address or domain that is verified with the provider",
    "any": "any",
}


def provider_pages() -> dict[str, Iterator[str]]:
    """The list and a page for each provider, by their paths."""
    return {"providers.md": _list(), **{f"{FOLDER}/{one.slug}.md": provider_page(one) for one in PROVIDERS}}


def answers_for(provider: Provider, driver: Driver = "smtp") -> Answers:
    """What somebody would answer `kmconfig init` who wants this provider in production."""
    return Answers(
        application_name="Acme License Portal",
        sender="licensing@acme.example",
        recipients=("mail-test@acme.example", "mail-test@other.example"),
        provider=provider.slug,
        driver=driver,
        tiers=("production",),
        secrets="vault",
        vault_address="https://vault.acme.example",
        target="file",
        region="eu-west-1" if provider.slug == "ses" else None,
        host="mail.acme.example" if provider.slug == "self-hosted" else None,
    )


def settings_lines(answers: Answers) -> list[str]:
    """The `email` block for a driver and provider."""
    block: dict[str, Any] = driver_block(answers, mail_place(answers, "production"))
    sender = {"email": answers.sender}
    return list(yaml_lines({"email": {"driver": answers.driver, answers.driver: block, "sender": sender}}))


def _list() -> Iterator[str]:
    yield "# Mail providers"
    yield ""
    yield from prose(
        "What kmconfig knows of each provider, and holds the settings against. `kmconfig explain --provider NAME` "
        "prints the same; `kmconfig init --provider NAME` writes the settings."
    )
    head = ("Provider", "Name in files and flags", "Recommended", "SPF")
    yield from table(head, (_line(one) for one in PROVIDERS))


def _line(one: Provider) -> tuple[str, ...]:
    port = one.recommended_port
    spf = f"`include:{one.spf_include}`" if one.spf_include and not one.own_bounces else "–"
    return f"[{one.title}]({FOLDER}/{one.slug}.md)", f"`{one.slug}`", f"{port}, `encryption: {one.ports[port]}`", spf


def provider_page(provider: Provider) -> Iterator[str]:
    """One provider: settings to begin with, steps, facts."""
    answers = answers_for(provider)
    yield from (f"# {provider.title}", "")
    if provider.password_login_ends is not None:
        ends = provider.password_login_ends
        yield from (f"{_sentence(ends.fact)} {_sentence(ends.remedy)} (Source: {ends.source}.)", "")
    yield from ("```yaml", *settings_lines(answers), "```", "")
    yield from prose(
        f"`kmconfig init --provider {provider.slug}` writes this, with the secrets at the store of your choice."
    )
    yield from ("## Steps at the provider", "")
    yield from _steps(answers)
    if provider.slug in BY_API:
        by_api = answers_for(provider, BY_API[provider.slug])
        yield from ("", "## By its API", "", "```yaml", *settings_lines(by_api), "```", "")
        yield from _steps(by_api)
    yield from ("", "## Facts", "")
    yield from table(("Fact", "Value"), _facts(provider))
    yield ""
    yield from prose(f"Facts of {provider.facts_of}; source: {provider.source}. [All providers](../providers.md)")


def _steps(answers: Answers) -> Iterator[str]:
    """What is to be done, without what stands among the facts."""
    steps = (step for step in setup_steps(answers) if not step.startswith(("limits: ", "manual: ")))
    yield from (f"{number}. {step}" for number, step in enumerate(steps, 1))


def _facts(provider: Provider) -> Iterator[tuple[str, str]]:
    document = provider_document(provider)
    hosts = [*document["hosts"], *(host.replace("{region}", "REGION") for host in document["regional_hosts"])]
    if hosts:
        yield "Host", ", ".join(f"`{host}`" for host in hosts)
    if provider.regions:
        more = "" if provider.regions_final else ", and more"
        yield "Regions", f"{', '.join(provider.regions)}{more}"
    yield "Ports", "; ".join(f"{port['port']} with {_ENCRYPTIONS[port['encryption']]}" for port in document["ports"])
    yield "User name", _form(document["username"])
    yield "Password", _form(document["password"])
    if not provider.credentials_required:
        yield "Login", "not always needed"
    yield "Sender address", _SENDERS[provider.from_rule]
    yield "SPF", _spf(provider)
    if provider.dkim_selectors:
        yield "DKIM selectors", ", ".join(f"`{selector}`" for selector in provider.dkim_selectors)
    yield "Limits", provider.limits
    yield ("Manual", f"[{provider.title}]({provider.documentation})")


def _spf(provider: Provider) -> str:
    if not provider.spf_include:
        return "no include is known to be needed"
    where = ", only in the record of a MAIL FROM domain of your own" if provider.own_bounces else ""
    return f"`include:{provider.spf_include}`{where}"


def _form(form: dict[str, Any]) -> str:
    expected: str = form["expected"]
    return expected if form["confirmed"] else f"{expected} (the provider does not document the form)"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
