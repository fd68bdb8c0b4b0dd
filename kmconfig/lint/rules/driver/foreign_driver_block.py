"""
Only the block of the chosen driver counts. Another driver's block beside it in the same environment file looks
as if it did something, and is changed by somebody who believes it.

Remove it, or move it to a layer that environments with that driver extend.

```yaml bad
email:
  driver: smtp
  mailgun:  # KM505
    domain: mg.acme.example
```

```yaml good raw file=shared.yaml
version: 1
email:
  smtp: {host: smtp.sendgrid.net}
  mailgun: {domain: mg.acme.example}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment

DRIVERS = ("smtp", "sendmail", "mailgun", "ses")


@rule("KM505", "foreign-driver-block", severity="n/n/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look into the environment's own file for the other drivers' blocks."""
    chosen = env.email.driver.data
    root = env.layers[-1].document.root
    email = root.data.get("email") if root is not None and isinstance(root.data, dict) else None
    if email is None or not isinstance(email.data, dict) or not email.data.keys() & {"driver", chosen}:
        return
    for name in DRIVERS:
        block = email.data.get(name)
        if name == chosen or block is None or block.data is None or block.key_span is None:
            continue
        yield Finding(
            f"`{block.setting}` counts for nothing with `driver: {chosen}`",
            primary=Label(block.key_span, "this block"),
            related=(Label(env.email.driver, "the chosen driver"),),
            help="remove it, or move it to a layer",
        )
