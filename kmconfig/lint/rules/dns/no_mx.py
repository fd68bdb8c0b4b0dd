"""
The sender's domain takes no mail: it has neither an MX record nor an address, its MX hosts have none, or it says so
itself with a null MX (RFC 7505). Replies and bounces are lost, and many receivers refuse mail from such a domain.

Publish an MX record for a server that takes mail, or send from a domain that has one.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM710
```

```dns
acme.example MX 0 .
```

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM710
```

```dns
acme.example MX 10 gone.acme.example
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
acme.example MX 10 mail.acme.example
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


@online_rule("KM710", "no-mx", severity="W/W/W")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for sender domains that take no mail."""
    yield from judge(env, observed, "KM710")
