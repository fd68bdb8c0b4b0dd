"""
Port 465 speaks TLS from the first byte; 587 and 2525 start in clear text and
upgrade with STARTTLS. A mismatch hangs until the timeout and looks like a
network fault.

```yaml bad
email:
  smtp:
    port: 465
    encryption: tls  # KM201
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
from kmconfig.source.problem import Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment

ENCRYPTION_BY_PORT = {465: "ssl", 2465: "ssl", 587: "tls", 2525: "tls", 2587: "tls"}


@rule("KM201", "port-encryption-mismatch", severity="E/E/E")
def check(env: Environment) -> Iterator[Finding]:
    """Compare the encryption with the one that the port is for."""
    smtp = env.email.smtp
    if smtp is None:
        return
    expected = ENCRYPTION_BY_PORT.get(smtp.port.data)
    if expected is None or smtp.encryption.data == expected:
        return
    where = smtp.encryption.or_written(smtp.port)
    yield Finding(
        f"port {smtp.port.data} needs `encryption: {expected}`",
        primary=Label(where, "set here"),
        related=(Label(smtp.port, "this port decides"),),
        fix=Fix(f"use `{expected}`", set_value(smtp.encryption, expected), safe=False)
        if smtp.encryption.written
        else None,
    )
