"""
The host is one letter away from a provider's SMTP host, or has a wrong beginning or ending before or behind the
provider's domain. At best nothing answers; at worst somebody else registered the name, and the login goes there.

Write the host that the message names. Two letters away is a warning, since it may be somebody else's name.

```yaml bad
email:
  smtp:
    host: smtp.sendgird.net  # KM208
```

```yaml bad
email:
  smtp:
    host: mail.sendgrid.net  # KM208
```

```yaml bad
email:
  smtp:
    host: smtp.sendgrid.io  # KM208
```

```yaml bad
email:
  smtp:
    host: smpt.sendgird.net  # KM208
```

```yaml good
email:
  smtp:
    host: smtp.eu.sendgrid.net
```

```yaml good
email:
  smtp:
    host: smtp.mail.com
    username: licensing@acme.example
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label, set_value
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import transport_of
from kmconfig.providers.mail_domains import domain_of
from kmconfig.providers.misspelling import likely_host
from kmconfig.source.problem import Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


def is_own_host(env: Environment, host: str) -> bool:
    """Whether a host lies in the sender's own domain, which nobody misspells twice alike."""
    sender = env.email.sender.email
    return sender is not None and f".{host.lower()}".endswith(f".{domain_of(sender.data)}")


@rule("KM208", "misspelt-host", severity="E/E/E")
def check(env: Environment) -> Iterator[Finding]:
    """Compare the host with those of all providers."""
    smtp = transport_of(env)
    guess = likely_host(smtp.host.data) if smtp is not None else None
    if smtp is None or guess is None or (guess.edits > 1 and is_own_host(env, smtp.host.data)):
        return
    yield Finding(
        f"`{smtp.host.data}` is no host of {guess.provider.title}",
        primary=Label(smtp.host, "set here"),
        help=f"did you mean `{guess.host}`? See {guess.provider.documentation}",
        fix=Fix(f"use `{guess.host}`", set_value(smtp.host, guess.host), safe=False),
        severity=None if guess.edits == 1 else "warning",
    )
