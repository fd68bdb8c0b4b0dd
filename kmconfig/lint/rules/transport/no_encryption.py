"""
With `encryption: none` every mail crosses the network in clear text: license keys, password resets and customer
names can be read and changed on the way. No provider needs it.

Use `encryption: tls` with port 587, or `encryption: ssl` with port 465. Where a login goes over such a
connection as well, KM306 says so instead.

```yaml bad
email:
  smtp:
    host: mail.acme.example
    port: 587
    encryption: none  # KM202
    username: null
    password: null
```

```yaml good
email:
  smtp:
    host: mail.acme.example
    username: null
    password: null
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
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import transport_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM202", "no-encryption", severity="E/E/W")
def check(env: Environment) -> Iterator[Finding]:
    """Look for clear text without a login."""
    smtp = transport_of(env)
    if smtp is None or smtp.encryption.data != "none" or smtp.username is not None or smtp.password is not None:
        return
    yield Finding(
        "mail leaves without encryption",
        primary=Label(smtp.encryption, "set here"),
        help="write `encryption: tls` with port 587, or `encryption: ssl` with port 465",
    )
