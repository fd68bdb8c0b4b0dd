"""
The sender's domain has more than one SPF record. Which of them holds is not defined, so receivers discard all of them
(RFC 7208, section 4.5). It happens when a new service's record is added beside the old one.

Join them: one record with the mechanisms of all and a single `all` at its end. The help shows it.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM702
```

```dns
acme.example TXT "v=spf1 ip4:192.0.2.0/24 -all"
acme.example TXT "v=spf1 include:_spf.acme.example ~all"
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
acme.example TXT "v=spf1 ip4:192.0.2.0/24 include:_spf.acme.example -all"
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


@online_rule("KM702", "several-spf", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for domains with more than one SPF record."""
    yield from judge(env, observed, "KM702")
