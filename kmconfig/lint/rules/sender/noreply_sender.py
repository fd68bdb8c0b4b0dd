"""
Customers answer mail about their licenses. At a noreply address without `reply_to` the answer is lost, and the
question comes back through another channel.

Set `email.reply_to` to a mailbox that somebody reads, or send from one.

```yaml bad
email:
  sender:
    email: noreply@acme.example  # KM409
  reply_to: null
```

```yaml good
email:
  sender:
    email: noreply@acme.example
  reply_to: support@acme.example
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.providers.placeholders import is_noreply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM409", "noreply-sender", severity="n/n/–")
def check(env: Environment) -> Iterator[Finding]:
    """Look for senders that cannot be answered."""
    sender = env.email.sender.email
    if sender is None or env.email.reply_to is not None or not is_noreply(sender.data):
        return
    yield Finding(
        "answers to this sender reach nobody",
        primary=Label(sender, "set here"),
        help="set `email.reply_to` to a mailbox that somebody reads",
    )
