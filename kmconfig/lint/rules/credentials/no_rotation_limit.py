"""
Nothing says how old this secret may become. Passwords that nobody changes end up with everybody who ever left the
team. Without a limit, online checks take 90 days in production and none elsewhere.

Write `max_age` beside the reference, or `policy.max_secret_age` in the project file for all of production.

```yaml bad
email:
  smtp:
    password: {vault: keymanager/production/smtp#password}  # KM310
```

```yaml good
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```

```yaml good
email:
  smtp:
    password: {vault: keymanager/production/smtp#password}
```

```yaml good raw file=kmconfig.yaml
version: 1
policy: {max_secret_age: 90d}
```

```yaml good tier=development
email:
  smtp:
    password: {env: SMTP_PASSWORD}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import policy_rule
from kmconfig.lint.rules.references import passwords

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile


@policy_rule("KM310", "no-rotation-limit", severity="n/n/–")
def check(env: Environment, file: ProjectFile) -> Iterator[Finding]:
    """Look for secrets that may grow as old as they like."""
    if file.get("policy", "max_secret_age") is not None:
        return
    for reference in passwords(env):
        if reference.data.max_age is None:
            yield Finding(
                f"nothing limits the age of `{reference.setting}`",
                primary=Label(reference, "no `max_age`"),
                help="write `max_age: 90d` beside it, or `policy.max_secret_age` in the project file",
            )
