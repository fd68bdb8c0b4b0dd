"""The email settings of a driver and provider, as the provider recommends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kmconfig.errors import UsageError
from kmconfig.providers.registry import provider_by_slug
from kmconfig.scaffold.answers import quoted
from kmconfig.secrets.new_place import written

if TYPE_CHECKING:
    from kmconfig.providers.record import Provider
    from kmconfig.scaffold.answers import Answers
    from kmconfig.secrets.new_place import SecretPlace

#: Providers whose user name is a mailbox of one's own.
_MAILBOXES: Final = ("fastmail", "workspace-relay")
_USUAL_REGION: Final = {"zoho": "com"}
_MAX_AGE: Final = "90d"

CATCHER: Final = {"host": "localhost", "port": 1025, "encryption": "none"}
"""Mailpit on the developer's own machine, which catches mail and delivers none."""


def provider_named(slug: str) -> Provider:
    """The record of a provider. Raises ValueError for a slug that is none."""
    provider = provider_by_slug(slug)
    if provider is None:
        raise ValueError(f"`{slug}` is no provider")
    return provider


def driver_block(answers: Answers, place: SecretPlace) -> dict[str, Any]:
    """The block of the driver, with references for its secrets.

    Raises UsageError where something is missing or does not fit, naming the flag.
    """
    match answers.driver:
        case "smtp":
            return _smtp(answers, place)
        case "sendmail":
            return {"path": "/usr/sbin/sendmail", "arguments": ["-bs", "-i"]}
        case "mailgun":
            return {
                "domain": answers.mailgun_domain,
                "region": answers.region or "us",
                "api_key": _reference(place, "email.mailgun.api_key"),
            }
        case "ses":
            return {"region": _required_region(answers, provider_named("ses"))}


def secret_settings(answers: Answers) -> tuple[str, ...]:
    """The settings of the driver that refer to secrets."""
    if answers.driver == "mailgun":
        return ("email.mailgun.api_key",)
    if answers.driver != "smtp":
        return ()
    names = ["email.smtp.password"]
    if _username(answers, provider_named(answers.provider)) is None:
        names.insert(0, "email.smtp.username")
    return tuple(names)


def smtp_host(answers: Answers, provider: Provider) -> str:
    """The host of a provider, in the region that was asked for. Raises UsageError where there is none."""
    if provider.slug == "self-hosted":
        if answers.host is None:
            raise UsageError("--host is missing", help="name your mail server, such as --host mail.acme.example")
        return answers.host
    region = answers.region or _USUAL_REGION.get(provider.slug)
    if region is None and provider.hosts:
        return provider.hosts[0]
    region = region or _required_region(answers, provider)
    if not provider.regional_hosts:
        raise UsageError(f"{provider.title} has no regions", help="leave --region out")
    if region not in provider.regions and provider.hosts and region == "us":
        return provider.hosts[0]
    _require_region(provider, region)
    return provider.regional_hosts[0].format(region=region)


def accept_region(provider: Provider, region: str) -> None:
    """Make sure that a provider has a region. Raises UsageError."""
    if not (region == "us" and provider.hosts):
        _require_region(provider, region)


def _required_region(answers: Answers, provider: Provider) -> str:
    if answers.region is None:
        raise UsageError("--region is missing", help=f"{provider.title} has {', '.join(provider.regions)}")
    _require_region(provider, answers.region)
    return answers.region


def _require_region(provider: Provider, region: str) -> None:
    if region not in provider.regions:
        known = ", ".join(provider.regions) or "none"
        raise UsageError(f"{provider.title} has no region {quoted(region)}", help=f"known regions: {known}")


def _smtp(answers: Answers, place: SecretPlace) -> dict[str, Any]:
    provider = provider_named(answers.provider)
    port = provider.recommended_port
    password = _reference(place, "email.smtp.password")
    name = _username(answers, provider)
    if provider.username.secret:
        username: Any = password
    else:
        username = name if name is not None else _reference(place, "email.smtp.username")
    block = {"host": smtp_host(answers, provider), "port": port, "encryption": provider.ports[port]}
    return {**block, "username": username, "password": password}


def _username(answers: Answers, provider: Provider) -> str | None:
    """The user name as text; None where it is to be a reference, an empty one where it is the password's."""
    form = provider.username
    if form.secret:
        return ""
    if form.exact is not None:
        return form.exact
    if answers.username is not None:
        return answers.username
    if provider.slug == "mailgun":
        return f"postmaster@{answers.mailgun_domain}"
    if provider.from_rule == "login" or provider.slug in _MAILBOXES:
        return answers.sender
    return None


def _reference(place: SecretPlace, setting: str) -> dict[str, Any]:
    return written(place.reference(setting, max_age=_MAX_AGE))
