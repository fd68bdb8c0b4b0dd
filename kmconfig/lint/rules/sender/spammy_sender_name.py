"""
Words such as `free`, `winner` or `click here`, and `!!` or `$$`, are what spam filters and customers look for
first. In a sender name they cost deliverability for every message.

Use the name of your company or product and nothing else.

```yaml bad
email:
  sender:
    name: Click Here!  # KM403
```

```yaml bad
email:
  sender:
    name: Urgent License Notice  # KM403
```

```yaml good
email:
  sender:
    name: Acme License Team
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment

_SPAM = (
    r"\b(?:click (?:here|now)|act now|buy now|order now|free|winner|you(?:'ve| have)? won|urgent|prize|lottery|jackpot"
    r"|casino|viagra|limited (?:time|offer)|special offer|guaranteed|cash|bargain|cheap(?:est)?|discount"
    r"|congratulations|miracle|earn money|make money|risk[- ]free)\b|100 ?%|!!|\$\$|€€|££"
)


def spam_in(name: str) -> str | None:
    """The first part of a name that reads like spam."""
    found = re.search(_SPAM, name, re.IGNORECASE)
    return found[0] if found is not None else None


@rule("KM403", "spammy-sender-name", severity="W/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look for the words and signs of spam."""
    name = env.email.sender.name
    found = spam_in(name.data)
    if found is None:
        return
    yield Finding(
        f"`{found}` in the sender name reads like spam",
        primary=Label(name, "the sender name"),
        related=() if name.written else (Label(env.application.name, "it is taken from here"),),
        help="write the name of your company or product",
    )
