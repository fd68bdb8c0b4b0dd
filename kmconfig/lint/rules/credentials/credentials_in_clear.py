"""
With `encryption: none` the login crosses the network as text, and everybody on the way can send mail with it
from then on.

Use `encryption: tls` with port 587, or `encryption: ssl` with port 465. A login that was ever sent like this
should be changed.

```yaml bad
email:
  smtp:
    encryption: none  # KM306
```

```yaml bad tier=staging
email:
  smtp:
    host: mail.acme.example
    encryption: none  # KM306
    username: mailer
```

```yaml good
email:
  smtp:
    encryption: tls
```

```yaml good tier=development
email:
  smtp:
    host: localhost
    port: 1025
    encryption: none
    username: mailer
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import login_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM306", "credentials-in-clear", severity="E/E/W")
def check(env: Environment) -> Iterator[Finding]:
    """Look for a login on a connection in clear text."""
    smtp = login_of(env)
    if smtp is None or smtp.encryption.data != "none":
        return
    login = smtp.password if smtp.password is not None else smtp.username
    if login is None:
        return
    yield Finding(
        "the login is sent without encryption",
        primary=Label(smtp.encryption, "set here"),
        related=(Label(login, "this is sent in clear text"),),
        help="write `encryption: tls` with port 587, or `encryption: ssl` with port 465, and change the login",
    )
