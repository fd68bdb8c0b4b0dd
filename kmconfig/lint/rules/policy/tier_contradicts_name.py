"""
The name of the file says one tier and `tier` another. Rules, limits and guards go by `tier`: a production
environment that calls itself development is checked and guarded as if nothing depended on it.

Correct the tier, or rename the file.

```yaml bad raw name=production
version: 1
extends: settings.yaml
tier: development  # KM607
```

```yaml bad raw file=settings.yaml
version: 1
email:
  smtp: {host: smtp.sendgrid.net, username: apikey, password: {env: SENDGRID_API_KEY}}
  sender: {email: licensing@acme.example}
```

```yaml good raw name=production
version: 1
extends: settings.yaml
tier: production
owner: platform-team
```

```yaml good raw file=settings.yaml
version: 1
email:
  smtp: {host: smtp.sendgrid.net, username: apikey, password: {env: SENDGRID_API_KEY, max_age: 90d}}
  sender: {email: licensing@acme.example}
  test: {recipients: [mail-test@acme.example, mail-test@partner.example]}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.tiers import tiers_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM607", "tier-contradicts-name", severity="E/E/E")
def check(env: Environment) -> Iterator[Finding]:
    """Compare the words of the name with the tier."""
    named, tier = tiers_named(env.name), env.layers[-1].tier
    if not named or tier is None or env.tier != tier.data or env.tier in named:
        return
    yield Finding(
        f"`{env.name}` is named after {min(named)}, and its tier is {env.tier}",
        primary=Label(tier, "set here"),
        help=f"write `tier: {min(named)}`, or rename the file",
    )
