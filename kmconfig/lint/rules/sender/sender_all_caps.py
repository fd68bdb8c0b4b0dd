"""
A sender name in capitals looks like shouting, and spam filters count it. An acronym alone is a name and fine.

Write the name as your company writes it.

```yaml bad
email:
  sender:
    name: ACME LICENSES  # KM401
```

```yaml good
email:
  sender:
    name: ACME
```

```yaml good
email:
  sender:
    name: Acme Licenses
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment

_LONGEST_ACRONYM = 5


def is_acronym(name: str) -> bool:
    """Whether a name in capitals is one short word, as acronyms are."""
    return name.isalpha() and len(name) <= _LONGEST_ACRONYM


@rule("KM401", "sender-all-caps", severity="W/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look for names without a small letter."""
    name = env.email.sender.name
    letters = [letter for letter in name.data if letter.isalpha()]
    if len(letters) < 4 or not name.data.isupper() or is_acronym(name.data):
        return
    yield Finding(
        f"the sender name `{name.data}` is all in capitals",
        primary=Label(name, "the sender name"),
        related=() if name.written else (Label(env.application.name, "it is taken from here"),),
        help="write it with small letters, as your company writes its name",
    )
