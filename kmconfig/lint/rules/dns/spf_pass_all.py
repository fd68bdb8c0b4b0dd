"""
The SPF record, or one it includes, ends in `+all` or plain `all`, or names networks that leave no address out, such as
`ip4:0.0.0.0/0`: it lets the whole world send in the domain's name. That is worse than no record, since forged mail
passes.

Name only the networks that send, and end it in `~all` or `-all`.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM705
```

```dns
acme.example TXT "v=spf1 include:_spf.acme.example all"
```

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM705
```

```dns
acme.example TXT "v=spf1 include:open.acme.example -all"
open.acme.example TXT "v=spf1 +all"
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
acme.example TXT "v=spf1 include:_spf.acme.example -all"
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


@online_rule("KM705", "spf-pass-all", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for SPF records that let everybody send."""
    yield from judge(env, observed, "KM705")
