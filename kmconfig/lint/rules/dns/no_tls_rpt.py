"""
The sender's domain has no TLS-RPT record (RFC 8460), so nobody tells you when other servers could not deliver to it
over an encrypted connection. It has no bearing on what you send.

Publish the record with an address that somebody reads.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM718
```

```dns
; _smtp._tls.acme.example: none
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
_smtp._tls.acme.example TXT "v=TLSRPTv1; rua=mailto:tls-reports@acme.example"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.rule import online_rule
from kmconfig.lint.rules.domain import judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.finding import Finding, Skipped
    from kmconfig.lint.observed import Observed


@online_rule("KM718", "no-tls-rpt", severity="n/–/–")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for domains that nobody tells of failed encryption."""
    yield from judge(env, observed, "KM718")
