"""
The provider has switched sending off: Amazon SES for the account in this region, after bounces or complaints or by
somebody's own hand; Mailgun for the domain, after abuse or an unpaid bill. The settings are right, and no message
leaves.

Read the provider's notice, remove the cause, and ask for sending to be switched on again. Until then, mail has to take
another provider.

```yaml bad
email:
  driver: ses  # KM809
  ses: {region: eu-west-1}
```

```yaml observed
account: {paused: "the account's sending is paused"}
```

```yaml bad
email:
  driver: mailgun  # KM809
  mailgun:
    domain: mg.acme.example
    api_key: {vault: keymanager/production/mailgun#key, max_age: 90d}
```

```yaml observed
account: {paused: "the domain is disabled"}
```

```yaml good
email:
  driver: ses
  ses: {region: eu-west-1}
```

```yaml observed
account: {paused: ""}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label, Skipped
from kmconfig.lint.rule import online_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.observed import Observed


@online_rule("KM809", "sending-paused", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for accounts and domains whose sending is switched off."""
    if env.email.ses is None and env.email.mailgun is None:
        return
    state, driver = observed.account(env), env.email.driver
    if state.unknown:
        yield Skipped(f"`email.{driver.data}` of `{env.name}`: {state.unknown}")
    elif state.paused:
        yield Finding(
            f"{state.account} sends nothing: {state.paused}",
            primary=Label(driver, "set here"),
            help="read the provider's notice and remove the cause; then ask for sending to be switched on again",
        )
