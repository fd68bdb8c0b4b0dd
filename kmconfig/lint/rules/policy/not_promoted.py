"""
The project file says in which order tiers are applied, and leaves out the tier of this environment. Nothing then
makes a change pass through it, or keeps it from being applied before the tiers that should go first.

Add the tier to `promotion` in its place.

```yaml bad raw file=kmconfig.yaml
version: 1
promotion: [staging]  # KM604
```

```yaml bad
owner: platform-team
```

```yaml good raw file=kmconfig.yaml
version: 1
promotion: [development, staging, production]
```

```yaml good
owner: platform-team
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import policy_rule
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile


@policy_rule("KM604", "not-promoted", severity="W/W/W")
def check(env: Environment, file: ProjectFile) -> Iterator[Finding]:
    """Look for the tier in the order of promotion."""
    promotion = file.get("promotion")
    if promotion is None or env.tier in [tier.data for tier in promotion.data]:
        return
    tier = env.layers[-1].tier
    yield Finding(
        f"`promotion` leaves out {env.tier}, the tier of an environment",
        primary=Label(promotion, "set here"),
        related=(Label(tier if tier is not None else Value(None, ("tier",)), "an environment of this tier"),),
        help=f"add `{env.tier}` in its place, for example [development, staging, production]",
    )
