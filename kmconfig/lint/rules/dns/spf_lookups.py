"""
Receivers look up no more than ten names for one SPF record; what costs more they discard as broken (RFC 7208, section
4.6.4). `include`, `a`, `mx`, `ptr`, `exists` and `redirect=` count, also those within includes, so that a provider can
break the record by adding one to its own. From nine on this is a warning.

Take out includes that nobody needs any more, and give services that can have one a subdomain of their own: it has a
limit of its own. `kmconfig dns` shows what each include costs.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM704
```

```dns
acme.example TXT (
  "v=spf1 include:s1.acme.example include:s2.acme.example include:s3.acme.example include:s4.acme.example "
  "include:s5.acme.example include:s6.acme.example include:s7.acme.example include:s8.acme.example "
  "include:s9.acme.example include:s10.acme.example include:s11.acme.example "
  "-all"
)
*.acme.example TXT "v=spf1 ip4:192.0.2.0/24 -all"
```

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM704
```

```dns
acme.example TXT (
  "v=spf1 include:s1.acme.example include:s2.acme.example include:s3.acme.example include:s4.acme.example "
  "include:s5.acme.example include:s6.acme.example include:s7.acme.example include:s8.acme.example "
  "include:s9.acme.example "
  "-all"
)
*.acme.example TXT "v=spf1 ip4:192.0.2.0/24 -all"
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
acme.example TXT (
  "v=spf1 include:s1.acme.example include:s2.acme.example include:s3.acme.example include:s4.acme.example "
  "-all"
)
*.acme.example TXT "v=spf1 ip4:192.0.2.0/24 -all"
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


@online_rule("KM704", "spf-lookups", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Count what an SPF record asks the DNS."""
    yield from judge(env, observed, "KM704")
