"""Risks of the way mail takes: encryption, server, provider, driver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.dns.sender import sends_to_nobody
from kmconfig.providers.hosts import is_loopback
from kmconfig.providers.mail_domains import domain_of
from kmconfig.providers.registry import normal_host
from kmconfig.review.model import Risk
from kmconfig.review.quoted import quoted
from kmconfig.review.sides import has_login, provider_of, smtp_of, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.settings import SmtpSettings
    from kmconfig.providers.record import Provider
    from kmconfig.review.model import Change, Severity
    from kmconfig.review.sides import Sides

#: Stands for the machine that the application runs on.
_HERE = "localhost"
_TO_BLAME = ("encryption", "host", "password", "username")


def encryption_weakened(_: Change, sides: Sides) -> Iterator[Risk]:
    """TLS from the first byte is stronger than STARTTLS, which is stronger than nothing."""
    smtp, before = smtp_of(sides.after), smtp_of(sides.before)
    if smtp is None or is_loopback(smtp.host.data):
        return
    now, then = smtp.encryption.data, before.encryption.data if before is not None else None
    if now == "none" and then != "none":
        yield Risk("high", "encryption is off: everybody on the way to the server can read and change all mail")
    elif (then, now) == ("ssl", "tls"):
        yield Risk(
            "medium",
            "encryption is weaker: `tls` begins in clear text, and an application that does not insist on STARTTLS"
            " goes on so if the offer is taken out on the way",
        )


def credentials_in_clear(change: Change, sides: Sides) -> Iterator[Risk]:
    """A login that would cross the network as text, and did not before; said of the first setting that is to blame."""
    if not _sends_in_clear(smtp_of(sides.after)) or _sends_in_clear(smtp_of(sides.before)):
        return
    differ = [
        name
        for name in _TO_BLAME
        if text_at(sides.before, "email", "smtp", name) != text_at(sides.after, "email", "smtp", name)
    ]
    if change.setting == f"email.smtp.{differ[0]}":
        yield Risk("high", "the credentials would cross the network in clear text")


def _sends_in_clear(smtp: SmtpSettings | None) -> bool:
    if smtp is None or smtp.encryption.data != "none":
        return False
    return has_login(smtp) and not is_loopback(smtp.host.data)


def host_changed(_: Change, sides: Sides) -> Iterator[Risk]:
    """Another server is given the login and all mail."""
    smtp, before = smtp_of(sides.after), smtp_of(sides.before)
    if smtp is None or before is None or normal_host(smtp.host.data) == normal_host(before.host.data):
        return
    known = provider_of(sides.after)
    here = is_loopback(smtp.host.data)
    stranger = "" if known is not None or here else ", which is of no known provider"
    same = known is not None and known is provider_of(sides.before)
    what = "the login and all mail go" if has_login(smtp) else "all mail goes"
    grave = has_login(smtp) and not same and not here
    yield Risk("high" if grave else "medium", f"{what} to another server, `{smtp.host.data}`{stranger}")


def provider_changed(change: Change, sides: Sides) -> Iterator[Risk]:
    """Others send in the domain's name: their records and their login have to be there first.

    With SMTP the host says who it is, and not the driver.
    """
    if change.setting != ("email.driver" if smtp_of(sides.after) is None else "email.smtp.host"):
        return
    if sides.after is None:
        return
    provider, before = provider_of(sides.after), provider_of(sides.before)
    if provider is None:
        yield from _own_server(sides, sides.after, before)
    elif provider is not before:
        yield from _provider(sides, sides.after, provider, before)


def _provider(sides: Sides, environment: Environment, provider: Provider, before: Provider | None) -> Iterator[Risk]:
    came = f"instead of {before.title}" if before is not None else "now"
    severity: Severity = "medium" if sides.before is not None else "info"
    domain = _domain(environment)
    yield Risk(severity, f"mail goes out through {provider.title} {came}: {_spf(provider, domain)}")
    yield from _dkim(environment, provider, domain)
    yield from _username(sides, provider, before)


def _own_server(sides: Sides, environment: Environment, before: Provider | None) -> Iterator[Risk]:
    """Mail leaves through a server that is no known provider's, so nobody's include is in SPF for it."""
    server = _server_of(environment)
    if sends_to_nobody(environment) or (before is None and server == _server_of(sides.before)):
        return
    domain = _domain(environment)
    severity: Severity = "medium" if sides.before is not None else "info"
    if server == _HERE:
        who, whose = "the machine that the application runs on", "the public address of that machine"
    else:
        who, whose = f"{quoted(server)}, a server of no known provider", "the address that it sends from"
    yield Risk(
        severity,
        f"mail leaves through {who}: the SPF record of {domain} must allow {whose}, or receivers refuse the mail or"
        " take it for spam",
    )
    if before is not None:
        yield Risk("info", f"{before.title} signed the mail (DKIM); that server has to do it now")


def _server_of(environment: Environment | None) -> str:
    """The server that mail leaves through, empty where there is no environment."""
    if environment is None:
        return ""
    smtp = smtp_of(environment)
    return _HERE if smtp is None or is_loopback(smtp.host.data) else normal_host(smtp.host.data)


def _spf(provider: Provider, domain: str) -> str:
    if provider.spf_include is None:
        return f"no SPF include of it is known, see its account for what SPF of {domain} needs"
    if provider.own_bounces:
        return f"bounces go to a domain of their own, so SPF of {domain} needs no include, and DKIM counts"
    return f"SPF of {domain} must include `{provider.spf_include}`"


def _dkim(environment: Environment, provider: Provider, domain: str) -> Iterator[Risk]:
    if text_at(environment, "email", "sender", "dkim_selectors"):
        yield Risk("info", f"publish the DKIM keys of {provider.title} under the selectors in `dkim_selectors`")
        return
    selectors = ", ".join(f"`{selector}._domainkey`" for selector in provider.dkim_selectors)
    where = f"as {selectors} " if selectors else "that its account shows "
    yield Risk("info", f"publish the DKIM records of {provider.title} {where}in {domain}")


def _username(sides: Sides, provider: Provider, before: Provider | None) -> Iterator[Risk]:
    smtp = smtp_of(sides.after)
    if smtp is None or before is None or before.username == provider.username:
        return
    yield Risk("info", f"{provider.title} writes user names in another way: it expects {provider.username.expected}")


def _domain(environment: Environment) -> str:
    address = text_at(environment, "email", "sender", "email")
    return f"`{domain_of(address)}`" if isinstance(address, str) else "the sender's domain"


def driver_changed(change: Change, sides: Sides) -> Iterator[Risk]:
    """Mail takes another way altogether."""
    if sides.before is not None and sides.after is not None:
        yield Risk(
            "medium",
            f"mail goes out by `{change.after}` instead of `{change.before}`, which has limits of its own",
        )


def region_changed(change: Change, _: Sides) -> Iterator[Risk]:
    """Accounts of mail services are regional."""
    if change.before is not None and change.after is not None:
        yield Risk("medium", "keys, verified domains and limits belong to a region: the new one needs its own")


def account_domain_changed(change: Change, _: Sides) -> Iterator[Risk]:
    """Mailgun sends in the name of another domain."""
    if change.before is not None and change.after is not None:
        yield Risk("medium", f"Mailgun signs and sends as `{change.after}`: the domain has to be verified there")


def sendmail_changed(change: Change, sides: Sides) -> Iterator[Risk]:
    """A program that the application runs; with another driver its path says all."""
    if change.after is None or sides.before is None:
        return
    if change.setting == "email.sendmail.path":
        yield Risk("high", f"the program that is run for every message is now {quoted(str(change.after))}")
    elif change.before is not None:
        yield Risk("high", "the program that is run for every message is called in another way")
