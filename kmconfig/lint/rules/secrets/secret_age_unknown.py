"""
A limit holds for the age of this secret, and its store does not say how old it is: environment variables and files
carry no date of their own, nor does version 1 of Vault's key-value engine. A file's time of change is that of the
mount, not of the secret. Nobody notices when such a secret grows old.

Keep it in a store with versions: Vault's key-value engine 2, AWS Secrets Manager or SSM.

```yaml bad
email:
  smtp:
    password: {env: SMTP_PASSWORD, max_age: 90d}  # KM804
```

```yaml observed
email.smtp.password: {created: unknown}
```

```yaml good
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```

```yaml observed
email.smtp.password: {version: "7", created: 2026-11-10}
```

```yaml good tier=development
email:
  smtp:
    password: {env: SMTP_PASSWORD}
```

```yaml observed
email.smtp.password: {created: unknown}
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


@online_rule("KM804", "secret-age-unknown", severity="n/n/n")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for secrets with a limit whose age nobody knows."""
    for seen in look(env, observed):
        if isinstance(seen, Skipped):
            yield seen
        elif seen.state.status == "found":
            age = judge_age(seen.reference, seen.state, env, observed)
            if age.status == "unknown" and age.limit is not None:
                yield Finding(
                    f"how old `{seen.reference.setting}` is cannot be said: {age.detail}",
                    primary=Label(seen.reference, f"may be {age.limit} old"),
                    help="keep it in a store with versions, such as Vault's key-value engine 2 or AWS Secrets Manager",
                )
