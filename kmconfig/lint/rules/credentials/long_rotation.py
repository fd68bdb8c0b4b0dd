"""
The secret may become older than 90 days before anybody has to change it. The product's documentation asks for new
passwords every 90 days: the longer one lives, the more people and backups have it.

Write `max_age: 90d` or less. The limit of the project file's policy, which holds for production where a reference
has none, counts alike.

```yaml bad
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 365d}  # KM311
```

```yaml bad
email:
  smtp:
    password: {vault: keymanager/production/smtp#password}
```

```yaml bad raw file=kmconfig.yaml
version: 1
policy: {max_secret_age: 180d}  # KM311
```

```yaml good
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```

```yaml bad tier=staging
email:
  smtp:
    password: {vault: keymanager/staging/smtp#password, max_age: 180d}  # KM311
```

```yaml good tier=development
email:
  smtp:
    password: {env: SMTP_PASSWORD, max_age: 365d}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.duration import parse_duration
from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import policy_rule
from kmconfig.lint.rules.references import passwords

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.source.value import Value


_MOST = parse_duration("90d")


@policy_rule("KM311", "long-rotation", severity="W/n/–")
def check(env: Environment, file: ProjectFile) -> Iterator[Finding]:
    """Compare the limits that hold with 90 days."""
    policy = file.get("policy", "max_secret_age") if env.tier == "production" else None
    for reference in passwords(env):
        limit: Value[Any] | None = env.get(*reference.path, "max_age")
        subject = limit if limit is not None else policy
        if subject is not None and (allowed := parse_duration(subject.data)) > _MOST:
            yield Finding(
                f"secrets may become {allowed.days} days old",
                primary=Label(subject, "set here"),
                help=f"write {_MOST.days}d or less",
            )
