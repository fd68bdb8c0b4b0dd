"""
The host names a region in which the provider has no SMTP service as far as is known, or another region than
`ses.region` or `mailgun.region` beside it says. Logins, verified domains and limits belong to one region: at the
wrong one, the login or the sender is refused.

Write the host of the region in which the account was set up. A region that is new and answers is a reason for a
suppression.

```yaml bad
email:
  smtp:
    host: email-smtp.eu-nowhere-7.amazonaws.com  # KM211
    username: AKIAIOSFODNN7EXAMPLE
```

```yaml bad
email:
  smtp:
    host: email-smtp.us-east-1.amazonaws.com  # KM211
    username: AKIAIOSFODNN7EXAMPLE
  ses:  # KM505
    region: eu-west-1
```

```yaml bad
email:
  smtp:
    host: smtp.mailgun.org  # KM211
    username: postmaster@mg.acme.example
  mailgun:  # KM505
    region: eu
```

```yaml good
email:
  smtp:
    host: email-smtp.eu-west-1.amazonaws.com
    username: AKIAIOSFODNN7EXAMPLE
```

```yaml good
email:
  smtp:
    host: smtp.eu.mailgun.org
    username: postmaster@mg.acme.example
```

```yaml bad tier=development
email:
  smtp:
    host: smtp.xx.sendgrid.net  # KM211
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import transport_of
from kmconfig.providers.registry import normal_host, provider_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.providers.record import Provider


#: The region of hosts that name none, where settings beside them may name another.
_UNNAMED_REGION = {"mailgun": "us"}


@rule("KM211", "unknown-region", severity="W/W/W")
def check(env: Environment) -> Iterator[Finding]:
    """Compare the host's region with those known, and with the one set beside it."""
    smtp = transport_of(env)
    provider = provider_of_host(smtp.host.data) if smtp is not None else None
    if smtp is None or provider is None:
        return
    region = provider.region_of(normal_host(smtp.host.data))
    if region is not None and provider.regions_final and region not in provider.regions:
        yield Finding(
            f"{provider.title} is not known to take mail in `{region}`",
            primary=Label(smtp.host, "set here"),
            help=f"write the host of your account's region{_known(provider, region)}; if it is new, make sure that the"
            f" name resolves; see {provider.documentation}",
        )
        return
    region = region or _UNNAMED_REGION.get(provider.slug)
    other = env.get("email", provider.slug, "region") if provider.slug in ("ses", "mailgun") else None
    if region is None or other is None or other.data == region:
        return
    yield Finding(
        f"the host is that of `{region}`, and `{other.setting}` says `{other.data}`",
        primary=Label(smtp.host, "set here"),
        related=(Label(other, "another region"),),
        help=f"write the host of the region that the login belongs to; see {provider.documentation}",
    )


def _known(provider: Provider, region: str) -> str:
    """The regions that are known, of many only those in the same part of the world."""
    unnamed = _UNNAMED_REGION.get(provider.slug)
    known = (*((unnamed,) if unnamed else ()), *provider.regions)
    if len(known) > 3:
        known = tuple(other for other in known if other.partition("-")[0] == region.partition("-")[0])
    return f", such as {', '.join(f'`{other}`' for other in known)}" if known else ""
