"""
The sender's domain does not exist in the DNS: it is misspelt, has run out, or was never registered. Receivers refuse
mail from it, or take it for forged. Nothing else is said of such a domain.

Correct `email.sender.email`, or register the domain.

```yaml bad
email:
  sender:
    email: licensing@amce.test  # KM711
application: {url: https://amce.test}
```

```dns
acme.example TXT "v=spf1 -all"
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
acme.example TXT "v=spf1 ip4:192.0.2.0/24 -all"
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


@online_rule("KM711", "no-such-domain", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for sender domains that do not exist."""
    yield from judge(env, observed, "KM711")
