"""
The sender's domain has no MTA-STS record (RFC 8461), so that other servers deliver replies and bounces in clear text
where somebody between them wants it so. It has no bearing on what you send.

Publish a policy file and the record.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM717
```

```dns
; _mta-sts.acme.example: none
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
_mta-sts.acme.example TXT "v=STSv1; id=20261101"
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


@online_rule("KM717", "no-mta-sts", severity="n/–/–")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for domains that do not ask for encryption of their own mail."""
    yield from judge(env, observed, "KM717")
