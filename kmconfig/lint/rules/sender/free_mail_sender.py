"""
A From address at a free-mail service is not yours to authenticate: its DMARC policy makes receivers reject what
your provider sends in its name, and customers do not expect license mail from a private mailbox. Disposable
domains are worse.

Use an address in your own domain, with SPF, DKIM and DMARC set up for it.

```yaml bad
email:
  sender:
    email: acme.licensing@gmail.com  # KM407
```

```yaml bad tier=staging
email:
  sender:
    email: acme@yahoo.co.uk  # KM407
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.providers.mail_domains import domain_of, is_disposable, is_free_mail
from kmconfig.providers.placeholders import is_placeholder_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM407", "free-mail-sender", severity="E/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look at the domain of the From address."""
    sender = env.email.sender.email
    if sender is None or is_placeholder_address(sender.data):
        return
    domain = domain_of(sender.data)
    disposable = is_disposable(domain)
    if not disposable and not is_free_mail(domain):
        return
    kind = "for addresses that are thrown away" if disposable else "a free-mail service"
    yield Finding(
        f"`{domain}` is {kind}",
        primary=Label(sender, "set here"),
        help="send from an address in your own domain",
    )
