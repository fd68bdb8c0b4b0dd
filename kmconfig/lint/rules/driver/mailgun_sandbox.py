"""
The domain is a Mailgun sandbox: it delivers to five recipients that were invited by hand, and to nobody else.

Add your own domain to the Mailgun account, verify it, and write it here.

```yaml bad
email:
  driver: mailgun
  mailgun:
    domain: sandbox0123456789abcdef.mailgun.org  # KM503
    api_key: {vault: keymanager/production/mailgun#key, max_age: 90d}
```

```yaml bad tier=staging
email:
  smtp:
    host: smtp.mailgun.org
    username: postmaster@sandbox0123456789abcdef.mailgun.org  # KM503
```

```yaml good
email:
  driver: mailgun
  mailgun:
    domain: mg.acme.example
    api_key: {vault: keymanager/production/mailgun#key, max_age: 90d}
```

```yaml good tier=development
email:
  smtp:
    host: smtp.mailgun.org
    username: postmaster@sandbox0123456789abcdef.mailgun.org
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.providers.mail_domains import domain_of
from kmconfig.providers.mailgun import MAILGUN, is_sandbox_domain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM503", "mailgun-sandbox", severity="E/W/–")
def check(env: Environment) -> Iterator[Finding]:
    """Look at the Mailgun domain, and at the one that an SMTP login belongs to."""
    smtp, mailgun = env.email.smtp, env.email.mailgun
    domain = mailgun.domain if mailgun is not None else smtp.username if smtp is not None else None
    if domain is None or not isinstance(domain.data, str) or not is_sandbox_domain(domain_of(domain.data)):
        return
    yield Finding(
        f"a {MAILGUN.title} sandbox delivers to five invited recipients only",
        primary=Label(domain, "set here"),
        help=f"write your own domain, verified at {MAILGUN.title}; see {MAILGUN.documentation}",
    )
