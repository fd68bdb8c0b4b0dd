"""
The DMARC policy that holds for the sender is `none`, or `t=y` makes it count as none: forged mail is delivered all the
same. That is right while you find out from the reports who sends in the domain's name, and no protection.

Once the reports show that your own mail passes, ask for `p=quarantine`, later `p=reject`.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM709
```

```dns
_dmarc.acme.example TXT "v=DMARC1; p=none; rua=mailto:dmarc-reports@acme.example"
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
_dmarc.acme.example TXT "v=DMARC1; p=reject; rua=mailto:dmarc-reports@acme.example"
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


@online_rule("KM709", "dmarc-monitor-only", severity="n/n/n")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for DMARC policies that ask for nothing."""
    yield from judge(env, observed, "KM709")
