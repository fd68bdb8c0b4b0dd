"""
Port 25 is where mail servers hand mail to each other. Cloud and access providers block it, so that connections
time out; what works from one machine fails from the next.

Use port 587 with `encryption: tls`. An internal relay that knows nothing else is a reason for a suppression.

```yaml bad
email:
  smtp:
    port: 25  # KM203
```

```yaml bad tier=staging
email:
  smtp:
    host: relay.acme.example
    port: 25  # KM203
```

```yaml good
email:
  smtp:
    port: 587
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import transport_of
from kmconfig.lint.rules.transport.port_not_offered import refusing_provider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM203", "port-25", severity="E/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look for port 25 where the provider serves it."""
    smtp = transport_of(env)
    if smtp is None or smtp.port.data != 25 or refusing_provider(smtp) is not None:
        return
    yield Finding(
        "port 25 is for servers among themselves and blocked by many networks",
        primary=Label(smtp.port, "set here"),
        help="write `port: 587` with `encryption: tls`",
    )
