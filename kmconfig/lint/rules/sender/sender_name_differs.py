"""
Customers know the application by its name. A sender with quite another one makes them ask whether the mail is
genuine.

Let the sender name share a word with `application.name`, or leave it out: it defaults to the application's.

```yaml bad
email:
  sender:
    name: Widget Works  # KM405
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
from kmconfig.lint.rules.sender.generic_sender_name import is_generic
from kmconfig.lint.rules.sender.misleading_sender_name import misleading_in
from kmconfig.lint.rules.sender.spammy_sender_name import spam_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


def words(name: str) -> set[str]:
    """The words of a name, in small letters."""
    return set(re.findall(r"\w+", name.casefold()))


@rule("KM405", "sender-name-differs", severity="n/n/–")
def check(env: Environment) -> Iterator[Finding]:
    """Compare the words of both names; what is wrong with the name by itself is KM402, KM403 or KM404."""
    name, application = env.email.sender.name, env.application.name
    if not name.written or not application.written:
        return
    if words(name.data) & words(application.data) or not words(application.data):
        return
    if is_generic(name.data) or spam_in(name.data) is not None or misleading_in(env) is not None:
        return
    yield Finding(
        f"the sender name is unlike the application's, `{application.data}`",
        primary=Label(name, "set here"),
        related=(Label(application, "the application's name"),),
        help="let both share a word, or leave `email.sender.name` out",
    )
