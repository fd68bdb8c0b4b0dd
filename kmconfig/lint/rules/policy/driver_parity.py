"""
Staging sends with another driver than production. A rehearsal with other credentials, another network path and other
code in the application proves little about production.

Use production's driver in staging, with an account or a domain of its own.

```yaml bad name=production
email:
  driver: mailgun
  mailgun:
    domain: mg.acme.example
    api_key: {vault: keymanager/production/mailgun#key, max_age: 90d}
```

```yaml bad name=staging tier=staging
email:
  driver: smtp  # KM608
```

```yaml good name=production
email:
  driver: smtp
```

```yaml good name=staging tier=staging
email:
  driver: smtp
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import project_rule
from kmconfig.lint.rules.tiers import counterparts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.surroundings import Surroundings


@project_rule("KM608", "driver-parity", severity="n/n/–")
def check(env: Environment, surroundings: Surroundings) -> Iterator[Finding]:
    """Compare the driver of staging with that of its production."""
    if env.tier != "staging":
        return
    driver, production = env.email.driver, counterparts(env, surroundings, tier="production")
    if not production or any(other.email.driver.data == driver.data for other in production):
        return
    theirs = production[0].email.driver
    yield Finding(
        f"staging tests `{driver.data}`, and production sends with `{theirs.data}`",
        primary=Label(driver, "set here"),
        related=(Label(theirs, f"in {production[0].name}"),),
        help=f"use `driver: {theirs.data}` in staging too",
    )
