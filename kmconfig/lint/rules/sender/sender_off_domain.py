"""
The From address lies outside the domain that Mailgun signs for, or outside the domain at which customers know the
application. SPF and DKIM then speak for another domain than the one people read, so DMARC fails; and mail about
licenses from a strange domain looks like phishing.

Send from the Mailgun domain or the domain above it, and from the domain of `application.url`.

```yaml bad
email:
  smtp:
    host: smtp.mailgun.org
    username: postmaster@mg.acme.example
  sender:
    email: licensing@widgets.example  # KM411
```

```yaml bad
application:
  url: https://licenses.acme.example
email:
  sender:
    email: licensing@widgets.example  # KM411
```

```yaml good
application:
  url: https://licenses.acme.example
email:
  smtp:
    host: smtp.mailgun.org
    username: postmaster@mg.acme.example
  sender:
    email: licensing@acme.example
```

```yaml bad tier=development
email:
  sender:
    email: licensing@widgets.example  # KM411
```
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.providers.hosts import is_ip_address, is_loopback
from kmconfig.providers.mail_domains import domain_of, is_disposable, is_free_mail, organisation_of
from kmconfig.providers.mailgun import MAILGUN, is_sandbox_domain
from kmconfig.providers.placeholders import is_placeholder_address
from kmconfig.providers.registry import provider_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value


@rule("KM411", "sender-off-domain", severity="W/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Compare the domain of the From address with those it should belong to."""
    sender = env.email.sender.email
    if sender is None or is_placeholder_address(sender.data):
        return
    domain = domain_of(sender.data)
    if is_free_mail(domain) or is_disposable(domain):
        return
    mailgun, url = mailgun_domain(env), env.application.url
    if mailgun is not None and not _belongs(domain, domain_of(mailgun.data)):
        signed = domain_of(mailgun.data)
        yield Finding(
            f"`{domain}` is not the domain that {MAILGUN.title} signs for, `{signed}`",
            primary=Label(sender, "set here"),
            related=(Label(mailgun, f"the {MAILGUN.title} domain"),),
            help=f"send from `{signed}` or the domain above it; see {MAILGUN.documentation}",
        )
    elif url is not None and not _belongs(domain, _host_of(url.data)):
        yield Finding(
            f"`{domain}` is not the application's domain",
            primary=Label(sender, "set here"),
            related=(Label(url, "the application"),),
            help="send from the domain at which customers know the application",
        )


def mailgun_domain(env: Environment) -> Value[Any] | None:
    """The domain in the Mailgun account, or the login at it, unless it is a sandbox's (KM503)."""
    found: Value[Any] | None = None
    if env.email.mailgun is not None:
        found = env.email.mailgun.domain
    elif env.email.smtp is not None and provider_of_host(env.email.smtp.host.data) is MAILGUN:
        login = env.email.smtp.username
        found = login if login is not None and isinstance(login.data, str) and "@" in login.data else None
    return None if found is None or is_sandbox_domain(domain_of(found.data)) else found


@lru_cache(4096)
def _belongs(domain: str, other: str) -> bool:
    """Whether both are one organisation's, or nothing can be said of the other."""
    if "." not in other or is_ip_address(other) or is_loopback(other):
        return True
    return organisation_of(domain) == organisation_of(other)


@lru_cache(4096)
def _host_of(url: str) -> str:
    from urllib.parse import urlsplit  # noqa: PLC0415 - start-up

    try:
        return (urlsplit(url).hostname or "").removesuffix(".")
    except ValueError:
        return ""
