"""
The secret has to be changed within 14 days; within the second half of its time where that is not longer than 14 days.

Plan the change now: make a new secret at the provider, write it to the store, and apply. Many providers let the old
and the new one work side by side, so that nothing stops meanwhile.

```yaml bad
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}  # KM803
```

```yaml observed
email.smtp.password: {version: "7", created: 2026-09-01}
```

```yaml good
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```

```yaml observed
email.smtp.password: {version: "7", created: 2026-10-01}
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


@online_rule("KM803", "secret-due-soon", severity="n/n/n")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for secrets that are about to become too old."""
    for seen in look(env, observed):
        if isinstance(seen, Skipped):
            yield seen
        elif seen.state.status == "found":
            age = judge_age(seen.reference, seen.state, env, observed)
            if age.status == "due_soon":
                yield Finding(
                    f"`{seen.reference.setting}` is {age.shown} old and may soon be too old: {age.limit} is the limit",
                    primary=Label(seen.reference, "this secret"),
                    help=f"make a new one at its provider, and write it to `{seen.reference.data}`",
                )
