"""
Staging sends with encryption and production without. What was tried out is then not what runs, and the weaker of
the two carries the customers' mail.

Give production the encryption of staging. `tls` and `ssl` are equally strong; only `none` is weaker.

```yaml bad name=production
email:
  smtp:
    host: relay.acme.example
    encryption: none  # KM202 KM606
    username: null
    password: null
```

```yaml bad name=staging tier=staging
email:
  smtp:
    host: relay.staging.acme.example
    encryption: tls
    username: null
    password: null
```

```yaml good name=production
email:
  smtp:
    port: 465
    encryption: ssl
```

```yaml good name=staging tier=staging
email:
  smtp:
    encryption: tls
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import project_rule
from kmconfig.lint.rules.scope import transport_of
from kmconfig.lint.rules.tiers import counterparts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.surroundings import Surroundings


@project_rule("KM606", "weaker-production", severity="E/–/–")
def check(env: Environment, surroundings: Surroundings) -> Iterator[Finding]:
    """Compare the encryption of production with that of its staging."""
    smtp = transport_of(env) if env.tier == "production" else None
    if smtp is None or smtp.encryption.data != "none":
        return
    for staging in counterparts(env, surroundings, tier="staging"):
        other = transport_of(staging)
        if other is not None and other.encryption.data != "none":
            yield Finding(
                f"production sends in clear text, and `{staging.name}` does not",
                primary=Label(smtp.encryption, "set here"),
                related=(Label(other.encryption, f"in {staging.name}"),),
                help=f"write `encryption: {other.encryption.data}`, as in staging",
            )
            return
