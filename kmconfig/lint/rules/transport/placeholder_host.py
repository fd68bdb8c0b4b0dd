"""
The host was copied from documentation and never replaced: `smtp.example.com`, `mail.yourdomain.com`, `changeme`.
Somebody owns most of these names, and would be given the login.

Write the host of your provider. Names that end in `.example` or `.test` are meant and not reported.

```yaml bad
email:
  smtp:
    host: mail.yourdomain.com  # KM212
```

```yaml bad tier=staging
email:
  smtp:
    host: smtp.example.com  # KM212
```

```yaml good
email:
  smtp:
    host: mail.acme.example
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import transport_of
from kmconfig.providers.placeholders import is_placeholder_domain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM212", "placeholder-host", severity="E/E/W")
def check(env: Environment) -> Iterator[Finding]:
    """Look for names from documentation."""
    smtp = transport_of(env)
    if smtp is None or not is_placeholder_domain(smtp.host.data):
        return
    yield Finding(
        f"`{smtp.host.data}` is a name from documentation",
        primary=Label(smtp.host, "set here"),
        help="write the SMTP host of your provider",
    )
