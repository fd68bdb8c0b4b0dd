"""
The project file lists where the secrets of a tier may come from, and this reference names another source. Production
secrets that lie in a store are watched and rotated there; in a variable of a pipeline nobody sees them age.

Move the secret to an allowed source, or have the list changed.

```yaml bad
email:
  smtp:
    password: {env: SMTP_PASSWORD, max_age: 90d}  # KM602
```

```yaml bad raw file=kmconfig.yaml
version: 1
policy: {secret_sources: {production: [vault, aws_secret]}}
```

```yaml good
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```

```yaml good raw file=kmconfig.yaml
version: 1
policy: {secret_sources: {production: [vault, aws_secret]}}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import policy_rule
from kmconfig.lint.rules.references import references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile


@policy_rule("KM602", "secret-source-not-allowed", severity="E/E/E")
def check(env: Environment, file: ProjectFile) -> Iterator[Finding]:
    """Compare the source of each reference with the list for its tier."""
    policy = file.get("policy", "secret_sources", env.tier)
    if policy is None:
        return
    allowed = [entry.data for entry in policy.data]
    names = ", ".join(f"`{source}`" for source in allowed) or "nothing"
    for reference in references(env):
        if reference.data.source not in allowed:
            yield Finding(
                f"secrets of {env.tier} must not come from `{reference.data.source}`",
                primary=Label(reference, "set here"),
                related=(Label(policy, "what is allowed"),),
                help=f"move the secret; allowed: {names}",
            )
