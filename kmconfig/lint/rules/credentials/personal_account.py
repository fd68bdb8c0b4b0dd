"""
The login belongs to a mailbox at a free-mail service. Such accounts are made for people: they have low limits, are
locked when a program logs in from a new place, and leave with whoever opened them.

Use an account of the company made for this application, at a provider for such mail. For Gmail, KM314 says it.

```yaml bad
email:
  smtp:
    host: smtp-mail.outlook.com  # KM313
    username: acme-licensing@outlook.com  # KM312
  sender:
    email: acme-licensing@outlook.com  # KM407
```

```yaml bad tier=staging
email:
  smtp:
    host: smtp.mail.yahoo.com
    username: acme-licensing@yahoo.com  # KM312
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
    host: smtp.mail.yahoo.com
    username: acme-licensing@yahoo.com
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.credentials.free_gmail import is_free_gmail
from kmconfig.lint.rules.scope import login_of
from kmconfig.providers.mail_domains import domain_of, is_free_mail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM312", "personal-account", severity="W/W/–")
def check(env: Environment) -> Iterator[Finding]:
    """Look at the domain of the login."""
    smtp = login_of(env)
    login = smtp.username if smtp is not None else None
    if login is None or not isinstance(login.data, str) or "@" not in login.data or is_free_gmail(login.data):
        return
    if is_free_mail(domain_of(login.data)):
        yield Finding(
            f"the login is a mailbox at `{domain_of(login.data)}`, a free-mail service",
            primary=Label(login, "set here"),
            help="use an account of the company, made for this application",
        )
