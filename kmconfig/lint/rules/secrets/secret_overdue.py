"""
The secret is older than it may become: than its own `max_age`, or in production than the project file's
`policy.max_secret_age`, or than 90 days where neither is written. The longer a password lives, the more people and
backups have it.

Make a new one at the provider, write it to the store, and apply. Its age counts from the version that is in use, so a
reference that pins an old `version` has to move on too.

```yaml bad
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}  # KM802
```

```yaml observed
email.smtp.password: {version: "7", created: 2026-07-01}
```

```yaml bad
email:
  smtp:
    password: {vault: keymanager/production/smtp#password}  # KM310 KM802
```

```yaml observed
email.smtp.password: {version: "7", created: 2026-07-01}
```

```yaml good tier=development
email:
  smtp:
    password: {vault: keymanager/development/smtp#password}
```

```yaml observed
email.smtp.password: {version: "7", created: 2020-01-01}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label, Skipped
from kmconfig.lint.rule import online_rule
from kmconfig.lint.rules.secret_age import judge_age
from kmconfig.lint.rules.seen import look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.observed import Observed


@online_rule("KM802", "secret-overdue", severity="E/W/n")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Compare the age of each secret with the limit that holds for it."""
    for seen in look(env, observed):
        if isinstance(seen, Skipped):
            yield seen
        elif seen.state.status == "found":
            age = judge_age(seen.reference, seen.state, env, observed)
            if age.status == "overdue":
                yield Finding(
                    f"`{seen.reference.setting}` is {age.shown} old and may be {age.limit}",
                    primary=Label(seen.reference, "this secret"),
                    help=f"make a new one at its provider, and write it to `{seen.reference.data}`",
                )
