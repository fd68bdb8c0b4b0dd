"""
The sender name is the first thing customers read. `noreply`, `System` or `Admin` could be anybody's, so mail
about their license looks like phishing, and filters have learned the same.

Use the name of your company or product.

```yaml bad
email:
  sender:
    name: No-Reply  # KM402
```

```yaml good
email:
  sender:
    name: Acme Support
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment

GENERIC_NAMES = frozenset(
    (
        *("noreply", "donotreply", "dontreply", "system", "systemmail", "admin", "administrator", "root", "mailer"),
        *("mailerdaemon", "mail", "email", "test", "testing", "info", "information", "notification", "notifications"),
        *("notice", "alert", "alerts", "service", "services", "server", "webmaster", "postmaster", "hostmaster"),
        *("support", "contact", "help", "helpdesk", "sender", "sendername", "name", "yourname", "user", "username"),
        *("default", "laravel", "example", "app", "application", "website", "www", "bot", "automailer", "automated"),
        *("yourcompany", "yourcompanyname", "companyname", "company"),
    )
)


def is_generic(name: str) -> bool:
    """Whether a sender name is one of the words that everybody's program uses."""
    return re.sub(r"[\W_]+", "", name.casefold()) in GENERIC_NAMES


@rule("KM402", "generic-sender-name", severity="W/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look for words that say nothing about who writes."""
    name = env.email.sender.name
    if not is_generic(name.data):
        return
    yield Finding(
        f"the sender name `{name.data}` says nothing about who writes",
        primary=Label(name, "the sender name"),
        related=() if name.written else (Label(env.application.name, "it is taken from here"),),
        help="write the name of your company or product",
    )
