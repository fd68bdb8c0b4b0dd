"""
Microsoft 365 is taking passwords out of SMTP. They work unchanged until the end of December 2026; then they are off
by default in tenants that exist, where an administrator may switch them on again, and tenants made later have OAuth
only. The final date will be announced in the second half of 2027. The last answer is
`550 5.7.30 Basic authentication is not supported for Client Submission`. App passwords are passwords too, and
KeyManager has no field for OAuth. Outlook.com, for personal accounts, takes no password any more.

Move to a provider for transactional mail, or relay through a connector (port 25 from a fixed IP address). Until
then the tenant and the mailbox must both allow SMTP logins.

```yaml bad
email:
  smtp:
    host: smtp.office365.com  # KM313
    username: licensing@acme.example
```

```yaml good
email:
  smtp:
    host: smtp.sendgrid.net
    username: apikey
```

```yaml good
email:
  smtp:
    host: smtp.office365.com
    username: licensing@acme.example
    auth: xoauth2
```

```yaml bad tier=development
email:
  smtp:
    host: smtp.office365.com  # KM313
    username: licensing@acme.example
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import login_of
from kmconfig.providers.registry import provider_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM313", "basic-auth-retiring", severity="W/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Ask the provider's record whether passwords have an end."""
    smtp = login_of(env)
    provider = provider_of_host(smtp.host.data) if smtp is not None else None
    if smtp is None or smtp.password is None or provider is None or provider.password_login_ends is None:
        return
    if smtp.takes_token:
        return
    end = provider.password_login_ends
    yield Finding(
        end.fact,
        primary=Label(smtp.host, f"this is {provider.title}"),
        related=(Label(smtp.password, "a password"),),
        help=f"{end.remedy}; see {provider.documentation}",
    )
