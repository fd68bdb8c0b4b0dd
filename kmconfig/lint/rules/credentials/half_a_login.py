"""
A user name without a password, or a password without a user name, logs in nowhere. The mailer either skips the
login or sends an empty half, and the server refuses the mail.

Set both or neither. Where the provider is known to need both, KM303 says which half is missing.

```yaml bad
email:
  smtp:
    host: mail.acme.example
    username: mailer  # KM304
    password: null
```

```yaml good
email:
  smtp:
    host: mail.acme.example
    username: mailer
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```

```yaml good
email:
  smtp:
    host: mail.acme.example
    username: null
    password: null
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


@rule("KM304", "half-a-login", severity="E/E/E")
def check(env: Environment) -> Iterator[Finding]:
    """Look for one half of a login without the other."""
    smtp = login_of(env)
    if smtp is None:
        return
    provider = provider_of_host(smtp.host.data)
    present = smtp.username if smtp.password is None else smtp.password
    if present is None or (smtp.username is not None and smtp.password is not None):
        return
    if provider is not None and provider.credentials_required:
        return
    other = "password" if smtp.password is None else "username"
    yield Finding(
        f"`{present.setting}` is set and `email.smtp.{other}` is not",
        primary=Label(present, "half a login"),
        help=f"set `{other}` too, or remove both if the server asks for no login",
    )
