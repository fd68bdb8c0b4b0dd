"""
Mail is submitted on 587 or 465, on 2525, 2587 and 2465 where those are blocked, and on 25 between servers. Any
other number is most often mistyped, or belongs to another service of the same machine.

Write the port that the server's administrator names; one that is really used is a reason for a suppression.

```yaml bad
email:
  smtp:
    host: mail.acme.example
    port: 578  # KM205
```

```yaml good
email:
  smtp:
    host: mail.acme.example
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

USUAL_PORTS = frozenset((25, 465, 587, 2525, 2465, 2587))


@rule("KM205", "unusual-port", severity="W/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look for ports that nobody submits mail on."""
    smtp = transport_of(env)
    if smtp is None or smtp.port.data in USUAL_PORTS or refusing_provider(smtp) is not None:
        return
    yield Finding(
        f"port {smtp.port.data} is no port for submitting mail",
        primary=Label(smtp.port, "set here"),
        help="write 587 with `encryption: tls`, or 465 with `encryption: ssl`",
    )
