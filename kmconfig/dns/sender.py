"""Who sends from where: what of an environment's settings decides which records its domain needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmconfig.dns.names import is_domain, normal
from kmconfig.environment.settings import NotKnown
from kmconfig.mail.addresses import ascii_domain
from kmconfig.providers.hosts import is_loopback, is_mail_catcher
from kmconfig.providers.mail_domains import domain_of, is_free_mail
from kmconfig.providers.mailgun import MAILGUN
from kmconfig.providers.registry import domain_owner
from kmconfig.providers.ses import SES

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.providers.record import Provider


class Sender(NamedTuple):
    """A domain that mail is sent from.

    ``domain`` is in ASCII. ``provider`` is None where mail leaves through a server of its own. ``selectors`` are
    those of its DKIM keys, ``chosen`` says that the settings name them; there are none where only the provider's
    account tells. ``mail_domain`` is the domain that signs, and that bounces go to: the sender's own, but Mailgun's.
    ``free_mail`` says that the domain belongs to a mailbox service.
    """

    domain: str
    provider: Provider | None = None
    selectors: tuple[str, ...] = ()
    chosen: bool = False
    mail_domain: str = ""
    free_mail: bool = False

    @property
    def signing_domains(self) -> tuple[str, ...]:
        """Where a DKIM key may lie, the likeliest first."""
        return tuple(dict.fromkeys((self.mail_domain or self.domain, self.domain)))


def sender_of(environment: Environment) -> Sender | None:
    """Who an environment sends as; None where its settings do not say, or name no domain."""
    try:
        return _sender_of(environment)
    except NotKnown:
        return None


def sends_to_nobody(environment: Environment) -> bool:
    """Whether mail stays in a development machine or a mail catcher, so that nobody looks at its domain."""
    smtp = environment.email.smtp
    if environment.tier != "development" or smtp is None:
        return False
    try:
        return is_loopback(smtp.host.data) or is_mail_catcher(smtp.host.data)
    except NotKnown:
        return False


def _sender_of(environment: Environment) -> Sender | None:
    settings = environment.email.sender
    if settings.email is None:
        return None
    domain = ascii_domain(domain_of(settings.email.data))
    if domain is None or not is_domain(domain):
        return None
    domain = normal(domain)
    provider = _provider(environment)
    free = is_free_mail(domain)
    if settings.dkim_selectors is not None:
        selectors = tuple(selector.data for selector in settings.dkim_selectors.data)
    else:
        selectors = provider.dkim_selectors if provider is not None and not free else ()
    return Sender(
        domain=domain,
        provider=provider,
        selectors=selectors,
        chosen=settings.dkim_selectors is not None and bool(selectors),
        mail_domain=_mail_domain(environment, provider) or domain,
        free_mail=free,
    )


def _provider(environment: Environment) -> Provider | None:
    email = environment.email
    if email.smtp is not None:
        return domain_owner(email.smtp.host.data)
    return {"mailgun": MAILGUN, "ses": SES}.get(email.driver.data)


def _mail_domain(environment: Environment, provider: Provider | None) -> str:
    """The domain that Mailgun signs with: that of the account, or of the login."""
    email = environment.email
    if provider is not MAILGUN:
        return ""
    if email.mailgun is not None and email.mailgun.domain is not None:
        text = email.mailgun.domain.data
    elif email.smtp is not None and email.smtp.username is not None and isinstance(email.smtp.username.data, str):
        text = domain_of(email.smtp.username.data)
    else:
        return ""
    domain = ascii_domain(text) or ""
    return normal(domain) if is_domain(domain) else ""
