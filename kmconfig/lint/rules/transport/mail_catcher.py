"""
The host takes every message and delivers none: Mailpit, MailHog, Mailtrap's sandbox and the like are made for
development. In production no customer ever gets a license, and nothing reports an error.

Name the provider's SMTP host. A staging environment that must not reach anybody is a reason for a suppression.

```yaml bad
email:
  smtp:
    host: sandbox.smtp.mailtrap.io  # KM213
```

```yaml bad tier=staging
email:
  smtp:
    host: mailpit  # KM213
```

```yaml good tier=development
email:
  smtp:
    host: mailpit
    port: 1025
    encryption: none
    username: null
    password: null
```

```yaml good
email:
  smtp:
    host: live.smtp.mailtrap.io
    username: api
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import transport_of
from kmconfig.providers.hosts import is_mail_catcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM213", "mail-catcher", severity="E/W/–")
def check(env: Environment) -> Iterator[Finding]:
    """Look for servers that deliver nothing."""
    smtp = transport_of(env)
    if smtp is None or not is_mail_catcher(smtp.host.data):
        return
    yield Finding(
        f"`{smtp.host.data}` catches mail and delivers none",
        primary=Label(smtp.host, "set here"),
        help="name the SMTP host of your provider; mail catchers are for development",
    )
