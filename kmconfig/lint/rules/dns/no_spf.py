"""
The sender's domain has no SPF record (RFC 7208), the list of the servers that may send in its name. Gmail, Yahoo and
Microsoft refuse or mark as spam what comes from such a domain in numbers.

Publish a TXT record that names every server the domain sends from, and ends in `~all` or `-all`. The help shows one to
begin with. A record is not inherited: a subdomain from which mail is sent needs its own.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM701
```

```dns
acme.example TXT "some-verification=0f3a"
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


@online_rule("KM701", "no-spf", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for domains without an SPF record."""
    yield from judge(env, observed, "KM701")
