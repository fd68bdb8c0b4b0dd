"""
The provider takes no mail without a login, and user name or password is not set. Every message will be refused.

Set both; the password as a reference to a secret store.

```yaml bad
email:
  smtp:  # KM303
    username: apikey
    password: null
```

```yaml good
email:
  smtp:
    username: apikey
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import login_of
from kmconfig.providers.registry import provider_of_host
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM303", "missing-credentials", severity="E/E/E")
def check(env: Environment) -> Iterator[Finding]:
    """Look for a login where the provider demands one."""
    smtp = login_of(env)
    provider = provider_of_host(smtp.host.data) if smtp is not None else None
    if smtp is None or provider is None or not provider.credentials_required:
        return
    missing = [name for name, value in (("username", smtp.username), ("password", smtp.password)) if value is None]
    if not missing:
        return
    names = " and ".join(f"`email.smtp.{name}`" for name in missing)
    expected = provider.username.expected if "username" in missing else provider.credential.expected
    yield Finding(
        f"{provider.title} needs a login, and {names} {'is' if len(missing) == 1 else 'are'} missing",
        primary=Label(Value(None, ("email", "smtp", missing[0])), "missing here"),
        related=(Label(smtp.host, f"this is {provider.title}"),),
        help=f"`{missing[0]}` is {expected}; see {provider.documentation}",
    )
