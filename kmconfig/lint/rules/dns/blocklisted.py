"""
The sender's domain stands on a list of domains that spam comes from or points to. Receivers who read the list refuse
its mail. Lists are asked only by `kmconfig dns --blocklists`, since the question tells them about the domain.

Look up on the list's page why it is there, remove the cause, then ask for it to be taken off.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM713
```

```dns
acme.example.dbl.spamhaus.org A 127.0.1.2
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
mail.acme.example A 192.0.2.25
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


@online_rule("KM713", "blocklisted", severity="W/W/W")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for domains on blocklists."""
    yield from judge(env, observed, "KM713")
