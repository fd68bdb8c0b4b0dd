"""
The From address was copied from documentation: `noreply@yourdomain.com`, `hello@example.com`, `changeme`. The
domain belongs to somebody else, so the mail fails its checks and replies go to strangers.

Write an address in your own domain. Domains that end in `.example` or `.test` are meant and not reported.

```yaml bad
email:
  sender:
    email: noreply@yourdomain.com  # KM408
```

```yaml bad tier=staging
email:
  sender:
    email: your-email@gmail.com  # KM408
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.providers.placeholders import is_placeholder_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM408", "placeholder-sender", severity="E/E/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look for addresses from documentation."""
    sender = env.email.sender.email
    if sender is None or not is_placeholder_address(sender.data):
        return
    yield Finding(
        f"`{sender.data}` is an address from documentation",
        primary=Label(sender, "set here"),
        help="write an address in your own domain that your provider may send from",
    )
