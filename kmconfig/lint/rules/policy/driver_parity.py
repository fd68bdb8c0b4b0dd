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
from kmconfig.lint.surroundings import mark_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.surroundings import Mark, Sketch, Surroundings


def sends_with(env: Environment) -> tuple[str, Mark]:
    """The driver."""
    driver = env.email.driver
    return driver.data, mark_of(env, driver)


@project_rule("KM608", "driver-parity", severity="n/n/–", facts=(sends_with,))
def check(env: Sketch, surroundings: Surroundings) -> Iterator[Finding]:
    """Compare the driver of staging with that of its production."""
    if env.tier != "staging":
        return
    driver, place = env[sends_with]
    production = counterparts(env, surroundings, tier="production")
    if not production or any(other[sends_with][0] == driver for other in production):
        return
    theirs, their_place = production[0][sends_with]
    yield Finding(
        f"staging tests `{driver}`, and production sends with `{theirs}`",
        primary=Label(place, "set here"),
        related=(Label(their_place, f"in {production[0].name}"),),
        help=f"use `driver: {theirs}` in staging too",
    )
