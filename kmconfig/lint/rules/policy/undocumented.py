"""
Nothing says what this production environment is for or who answers for it. When its mail fails at night, whoever is
on call starts by asking around.

Write `owner` or `description`, better both.

```yaml bad first_line=KM605
owner: null
description: null
```

```yaml good
owner: platform-team
description: Customer mail for the EU installation
```

```yaml good tier=staging
owner: null
description: null
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM605", "undocumented", severity="n/–/–")
def check(env: Environment) -> Iterator[Finding]:
    """Look for words to people."""
    if any(value is not None and value.data for value in (env.get("owner"), env.get("description"))):
        return
    yield Finding(
        "neither `owner` nor `description` says what this environment is for",
        primary=Label(Value(None, ("owner",)), "missing here"),
        help="write who answers for it and what it is for",
    )
