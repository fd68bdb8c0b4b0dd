"""
Receivers cannot evaluate the SPF record and discard it: a mechanism that there is none of, an include that leads to no
record or back to itself, or more than two lookups that lead to nothing (RFC 7208, section 4.6). A record that says
nothing about everybody else, because it ends in neither `all` nor `redirect=`, or uses `ptr`, is a warning.

Correct what the message names. `kmconfig dns` shows the record with all it includes.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM714
```

```dns
acme.example TXT "v=spf1 ipv4:192.0.2.0/24 -all"
```

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM714
```

```dns
acme.example TXT "v=spf1 include:gone.acme.example -all"
```

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM714
```

```dns
acme.example TXT "v=spf1 ip4:192.0.2.0/24"
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


@online_rule("KM714", "spf-invalid", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for SPF records that receivers cannot evaluate."""
    yield from judge(env, observed, "KM714")
