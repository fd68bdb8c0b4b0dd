"""
The host lies in the provider's domain but is none of the SMTP hosts that the provider documents: an API, a web
address, the way in for mail, or a host that was retired. It may answer today and be gone tomorrow.

Write one of the provider's SMTP hosts; the message names them.

```yaml bad
email:
  smtp:
    host: api.sendgrid.net  # KM209
```

```yaml bad
email:
  smtp:
    host: email.eu-west-1.amazonaws.com  # KM209
    username: AKIAIOSFODNN7EXAMPLE
```

```yaml good
email:
  smtp:
    host: email-smtp.eu-west-1.amazonaws.com
    username: AKIAIOSFODNN7EXAMPLE
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import transport_of
from kmconfig.providers.hosts import is_mail_catcher, is_real_host
from kmconfig.providers.misspelling import likely_host
from kmconfig.providers.registry import domain_owner, provider_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM209", "unofficial-host", severity="W/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look for hosts that are a provider's and take no submissions."""
    smtp = transport_of(env)
    if smtp is None:
        return
    host = smtp.host.data
    owner = domain_owner(host)
    if owner is None or provider_of_host(host) is not None or is_mail_catcher(host) or is_real_host(host):
        return
    if likely_host(host) is not None:
        return
    hosts = " or ".join(f"`{name}`" for name in owner.hosts or owner.regional_hosts[:1])
    yield Finding(
        f"`{host}` is no SMTP host of {owner.title}",
        primary=Label(smtp.host, "set here"),
        help=f"use {hosts}; see {owner.documentation}",
    )
