"""
Port 465 speaks TLS from the first byte; 587 and 2525 start in clear text and
upgrade with STARTTLS. A mismatch hangs until the timeout and looks like a
network fault.

Use `encryption: ssl` with 465 and 2465, `encryption: tls` with 587, 2525 and 2587. Clear text is KM202 or
KM306, and a port that the provider does not serve at all is KM206.

```yaml bad
email:
  smtp:
    port: 465
    encryption: tls  # KM201
```

```yaml bad
email:
  smtp:
    encryption: ssl  # KM201
```

```yaml good
email:
  smtp:
    port: 465
    encryption: ssl
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label, set_value
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import transport_of
from kmconfig.lint.rules.transport.port_not_offered import ENCRYPTION_BY_PORT, refusing_provider
from kmconfig.source.problem import Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM201", "port-encryption-mismatch", severity="E/E/E")
def check(env: Environment) -> Iterator[Finding]:
    """Compare the encryption with the one that the port is for."""
    smtp = transport_of(env)
    if smtp is None or smtp.encryption.data == "none" or refusing_provider(smtp) is not None:
        return
    expected = ENCRYPTION_BY_PORT.get(smtp.port.data)
    if expected is None or smtp.encryption.data == expected:
        return
    fix = (
        Fix(f"use `{expected}`", set_value(smtp.encryption, expected), safe=False) if smtp.encryption.written else None
    )
    yield Finding(
        f"port {smtp.port.data} needs `encryption: {expected}`",
        primary=Label(smtp.encryption.or_written(smtp.port), "set here"),
        related=(Label(smtp.port, "this port decides"),) if smtp.encryption.written else (),
        help=f"write `encryption: {expected}`, or choose a port that speaks `{smtp.encryption.data}`",
        fix=fix,
    )
