"""
The store has no secret where the reference points, or what lies there is no text that could be one, such as an empty
variable. Plan, apply and test would stop here, and an application that already runs with another value goes on until
it is started again.

Write the secret to the store, or correct the reference. The message says what was looked for.

```yaml bad
email:
  smtp:
    password: {vault: keymanager/production/smtp#pasword, max_age: 90d}  # KM801
```

```yaml observed
email.smtp.password: {status: missing}
```

```yaml bad
email:
  smtp:
    password: {env: SMTP_PASSWORD, max_age: 90d}  # KM801
```

```yaml observed
email.smtp.password: {status: unusable}
```

```yaml good
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```

```yaml observed
email.smtp.password: {version: "7", created: 2026-11-10}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label, Skipped
from kmconfig.lint.rule import online_rule
from kmconfig.lint.rules.seen import look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.observed import Observed


@online_rule("KM801", "secret-missing", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for references that lead to no secret."""
    for seen in look(env, observed):
        if isinstance(seen, Skipped):
            yield seen
        elif seen.state.status != "found":
            yield Finding(
                seen.state.detail or f"there is no secret at `{seen.reference.data}`",
                primary=Label(seen.reference, "refers to it"),
                help=seen.state.help or "write the secret there, or correct the reference",
            )
