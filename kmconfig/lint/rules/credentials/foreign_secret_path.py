"""
The path of the reference names another environment: `keymanager/staging/smtp` in production, or `mail/us/smtp` in
`eu`. Most often it was copied and not changed, so that this environment logs in as the other one.

Write the path of this environment's own secret. Where production really shares it with another tier, KM308 says so.

```yaml bad
email:
  smtp:
    password: {vault: keymanager/staging/smtp#password, max_age: 90d}  # KM309
```

```yaml bad tier=staging
email:
  smtp:
    password: {env: PROD_SMTP_PASSWORD, max_age: 90d}  # KM309
```

```yaml good
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```

```yaml bad tier=development
email:
  smtp:
    password: {vault: keymanager/production/smtp#password}  # KM309
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import project_rule
from kmconfig.lint.rules.credentials.shared_secret import sharing
from kmconfig.lint.rules.references import judged
from kmconfig.lint.rules.tiers import tiers_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.lint.surroundings import Surroundings


@project_rule("KM309", "foreign-secret-path", severity="W/W/n")
def check(env: Environment, surroundings: Surroundings) -> Iterator[Finding]:
    """Compare the words of each path with the names of tiers and environments."""
    for reference in judged(env):
        named = _foreign(reference.data, env, surroundings)
        shared = env.tier != "development" and named is not None and sharing(reference, env, surroundings)
        if named is not None and not shared:
            yield Finding(
                f"the path of this secret names `{named}`, and this is `{env.name}`",
                primary=Label(reference, "set here"),
                help="write the path of this environment's own secret",
            )


def _foreign(reference: SecretRef, env: Environment, surroundings: Surroundings) -> str | None:
    """The tier or environment that a path names instead of this one."""
    text = f"{reference.name}#{reference.key or ''}".removeprefix("/dev/")
    tiers = tiers_named(text)
    segments = [segment for segment in re.split("[/#:]", text.lower()) if segment]
    if env.tier in tiers or env.name in _runs(segments):
        return None
    if tiers:
        return min(tiers)
    index = surroundings.index(_name)
    return next((run for run in _runs(segments) if run in index), None)


def _name(env: Environment) -> tuple[str]:
    return (env.name,)


def _runs(segments: list[str]) -> list[str]:
    """Parts of a path that may be an environment's name, the longest first."""
    lengths = range(min(3, len(segments)), 0, -1)
    return ["/".join(segments[at : at + n]) for n in lengths for at in range(len(segments) - n + 1)]
