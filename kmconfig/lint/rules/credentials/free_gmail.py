"""
The login is a free Gmail account. It sends 500 messages a day at most, and Google locks accounts whose mail looks
automated. The product's documentation allows it for tests and advises against it in production.

Use a provider for transactional mail, or a Google Workspace account in your own domain.

```yaml bad
email:
  smtp:
    host: smtp.gmail.com
    username: acme.licensing@gmail.com  # KM314
  sender:
    email: acme.licensing@gmail.com  # KM407
```

```yaml bad tier=staging
email:
  smtp:
    host: smtp.gmail.com
    username: acme.licensing@googlemail.com  # KM314
  sender:
    email: acme.licensing@googlemail.com  # KM407
```

```yaml good
email:
  smtp:
    host: smtp.gmail.com
    username: licensing@acme.example
```

```yaml good tier=development
email:
  smtp:
    host: mail.acme.example
    username: acme.licensing@gmail.com
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import login_of
from kmconfig.providers.gmail import GMAIL
from kmconfig.providers.mail_domains import domain_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


_DOMAINS = ("gmail.com", "googlemail.com")


def is_free_gmail(login: str) -> bool:
    """Whether a login is a Gmail account that anybody can open."""
    return "@" in login and domain_of(login) in _DOMAINS


@rule("KM314", "free-gmail", severity="W/n/–")
def check(env: Environment) -> Iterator[Finding]:
    """Look for logins at Google's own domains."""
    smtp = login_of(env)
    login = smtp.username if smtp is not None else None
    if login is None or not isinstance(login.data, str) or not is_free_gmail(login.data):
        return
    yield Finding(
        "a free Gmail account sends 500 messages a day and is meant for tests",
        primary=Label(login, "set here"),
        help=f"use a provider for transactional mail, or Google Workspace; see {GMAIL.documentation}",
    )
