"""
The Amazon SES account is still in the sandbox of this region: mail to anybody who has not been verified one by one is
refused, and 200 messages in 24 hours are all. Tests succeed, because test recipients are verified, and customers get
nothing. The sandbox is left region by region.

Request production access in the SES console: Account dashboard, Request production access. Amazon answers within a
day. A login that may not call `ses:GetAccount` cannot see this, and lint says so.

```yaml bad
email:
  driver: ses
  ses:
    region: eu-west-1  # KM806
```

```yaml observed
account: {sandbox: true}
```

```yaml bad tier=staging
email:
  driver: ses
  ses:
    region: eu-west-1  # KM806
```

```yaml observed
account: {sandbox: true}
```

```yaml good
email:
  driver: ses
  ses:
    region: eu-west-1
```

```yaml observed
account: {sandbox: false}
```

```yaml good tier=development
email:
  driver: ses
  ses:
    region: eu-west-1
```

```yaml observed
account: {sandbox: true}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label, Skipped
from kmconfig.lint.rule import online_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.observed import Observed


@online_rule("KM806", "ses-sandbox", severity="E/W/–")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for SES accounts that are in the sandbox."""
    ses = env.email.ses
    if ses is None or ses.region is None:
        return
    state = observed.account(env)
    if state.unknown:
        yield Skipped(f"`email.ses` of `{env.name}`: {state.unknown}")
    elif state.sandbox:
        yield Finding(
            f"the SES account is in the sandbox of `{ses.region.data}`: only verified recipients get mail",
            primary=Label(ses.region, "in this region"),
            help="request production access: SES console > Account dashboard",
        )
