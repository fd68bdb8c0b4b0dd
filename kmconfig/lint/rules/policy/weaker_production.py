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
from kmconfig.lint.surroundings import mark_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.surroundings import Mark, Sketch, Surroundings


def encrypts_with(env: Environment) -> tuple[str, Mark] | tuple[()]:
    """The encryption on the way to an SMTP server; nothing where there is no way to judge."""
    smtp = transport_of(env)
    return (smtp.encryption.data, mark_of(env, smtp.encryption)) if smtp is not None else ()


@project_rule("KM606", "weaker-production", severity="E/–/–", facts=(encrypts_with,))
def check(env: Sketch, surroundings: Surroundings) -> Iterator[Finding]:
    """Compare the encryption of production with that of its staging."""
    if env.tier != "production" or not env[encrypts_with] or env[encrypts_with][0] != "none":
        return
    for staging in counterparts(env, surroundings, tier="staging"):
        theirs = staging[encrypts_with]
        if theirs and theirs[0] != "none":
            yield Finding(
                f"production sends in clear text, and `{staging.name}` does not",
                primary=Label(env[encrypts_with][1], "set here"),
                related=(Label(theirs[1], f"in {staging.name}"),),
                help=f"write `encryption: {theirs[0]}`, as in staging",
            )
            return
