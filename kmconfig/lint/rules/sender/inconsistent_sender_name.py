"""
Staging sends under another name than production, so the rehearsal does not show what customers will see. What
filters and mail programs make of a name is found out only with that name.

Use the same name in both, or leave `email.sender.name` out in both. Staging is what goes with production by its name
and folder.

```yaml bad name=production
email:
  sender:
    name: Acme License Portal  # KM406
```

```yaml bad name=staging tier=staging
email:
  sender:
    name: Acme Rehearsal
```

```yaml good name=production
email:
  sender:
    name: Acme License Portal
```

```yaml good name=staging tier=staging
email:
  sender:
    name: Acme License Portal
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import project_rule
from kmconfig.lint.rules.tiers import counterparts
from kmconfig.lint.surroundings import mark_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.surroundings import Mark, Sketch, Surroundings


def goes_by(env: Environment) -> tuple[str, Mark]:
    """The sender's name."""
    name = env.email.sender.name
    return name.data, mark_of(env, name)


@project_rule("KM406", "inconsistent-sender-name", severity="n/–/–", facts=(goes_by,))
def check(env: Sketch, surroundings: Surroundings) -> Iterator[Finding]:
    """Compare the sender names of production and its staging."""
    if env.tier != "production":
        return
    (name, place), staging = env[goes_by], counterparts(env, surroundings, tier="staging")
    if not staging or any(other[goes_by][0] == name for other in staging):
        return
    theirs, their_place = staging[0][goes_by]
    yield Finding(
        f"the sender name is not that of staging, `{theirs}`",
        primary=Label(place, "the sender name"),
        related=(Label(their_place, f"in {staging[0].name}"),),
        help="use the same name in both",
    )
