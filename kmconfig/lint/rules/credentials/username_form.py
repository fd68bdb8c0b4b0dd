"""
Each provider has its own form of user name, and a wrong one ends in "authentication failed", which looks like a
wrong password. SendGrid's is the word `apikey`, SparkPost's is `SMTP_Injection`, SES's is an access key id that
starts with `AKIA`, Gmail and Microsoft 365 want the full address, and Postmark's user name is the server token,
which is a secret and therefore a reference.

Write what the message says.

```yaml bad
email:
  smtp:
    username: licensing@acme.example  # KM305
```

```yaml bad
email:
  smtp:
    host: smtp.postmarkapp.com
    username: acme-licensing  # KM305
```

```yaml bad
email:
  smtp:
    host: email-smtp.eu-west-1.amazonaws.com
    username: ASIAIOSFODNN7EXAMPLE  # KM305
```

```yaml good
email:
  smtp:
    username: apikey
```

```yaml good
email:
  smtp:
    host: smtp.postmarkapp.com
    username: {vault: keymanager/production/smtp#password}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label, set_value
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import login_of
from kmconfig.providers.registry import provider_of_host
from kmconfig.source.problem import Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM305", "username-form", severity="E/E/E")
def check(env: Environment) -> Iterator[Finding]:
    """Compare the user name with the form that the provider's record gives."""
    smtp = login_of(env)
    provider = provider_of_host(smtp.host.data) if smtp is not None else None
    if smtp is None or provider is None or smtp.username is None:
        return
    name, form = smtp.username, provider.username
    if not isinstance(name.data, str) or (form.fits(name.data) and not form.secret):
        return
    yield Finding(
        f"{provider.title} expects another user name",
        primary=Label(name, "set here"),
        related=(Label(smtp.host, f"this is {provider.title}"),),
        help=f"write {form.expected}; see {provider.documentation}",
        fix=Fix(f"use `{form.exact}`", set_value(name, form.exact), safe=True) if form.exact is not None else None,
    )
