"""
`reply_to` says where answers go. A noreply address there, or one from documentation, sends them nowhere, while
the mail invites them.

Name a mailbox that somebody reads, or leave `reply_to` out.

```yaml bad
email:
  reply_to: no-reply@acme.example  # KM412
```

```yaml bad
email:
  reply_to: support@yourdomain.com  # KM412
```

```yaml good
email:
  reply_to: support@acme.example
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.providers.placeholders import is_noreply, is_placeholder_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM412", "noreply-reply-to", severity="W/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look for answers that reach nobody."""
    reply_to = env.email.reply_to
    if reply_to is None or not (is_noreply(reply_to.data) or is_placeholder_address(reply_to.data)):
        return
    yield Finding(
        f"answers to `{reply_to.data}` reach nobody",
        primary=Label(reply_to, "set here"),
        help="name a mailbox that somebody reads, or leave `reply_to` out",
    )
