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
from kmconfig.lint.rules.references import identity_of, judged
from kmconfig.lint.rules.tiers import tiers_named
from kmconfig.lint.surroundings import mark_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.surroundings import Mark, Sketch, Surroundings

_BETWEEN = re.compile("[/#:]")


def leads_elsewhere(env: Environment) -> tuple[tuple[str, str, tuple[str, ...], Mark], ...]:
    """The references whose paths name neither this environment nor its tier.

    What tells each from others, the tier that the path names instead, what in it may be an environment's name, and
    where it stands.
    """
    return tuple(_elsewhere(env))


def _elsewhere(env: Environment) -> Iterator[tuple[str, str, tuple[str, ...], Mark]]:
    for reference in judged(env):
        path = f"{reference.data.name}#{reference.data.key or ''}".removeprefix("/dev/")
        tiers, runs = tiers_named(path), _runs([segment for segment in _BETWEEN.split(path.lower()) if segment])
        if env.tier not in tiers and env.name not in runs:
            yield identity_of(reference.data, env), min(tiers, default=""), runs, mark_of(env, reference)


@project_rule("KM309", "foreign-secret-path", severity="W/W/n", facts=(leads_elsewhere,))
def check(env: Sketch, surroundings: Surroundings) -> Iterator[Finding]:
    """Compare the words of each path with the names of tiers and environments."""
    names = surroundings.index(_name)
    for identity, tier, runs, place in env[leads_elsewhere]:
        named = tier or next((run for run in runs if run in names), None)
        if named is None or (env.tier != "development" and sharing(identity, surroundings)):
            continue
        yield Finding(
            f"the path of this secret names `{named}`, and this is `{env.name}`",
            primary=Label(place, "set here"),
            help="write the path of this environment's own secret",
        )


def _name(env: Sketch) -> tuple[str]:
    return (env.name,)


def _runs(segments: list[str]) -> tuple[str, ...]:
    """Parts of a path that may be an environment's name, the longest first."""
    lengths = range(min(3, len(segments)), 0, -1)
    return tuple("/".join(segments[at : at + n]) for n in lengths for at in range(len(segments) - n + 1))
