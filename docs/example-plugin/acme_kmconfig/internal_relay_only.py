"""
Mail leaves through Acme's own relays only, which sign it and keep the archive that auditors ask for. Another server
would deliver it unsigned and unarchived.

Name a relay below `acme.example`; `relay.acme.example` serves all sites.

```yaml bad
email:
  smtp:
    host: smtp.sendgrid.net  # KM901
```

```yaml good
email:
  smtp:
    host: relay.acme.example
    username: null
    password: null
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.rules import Finding, Fix, Label, rule, set_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.rules import Environment

RELAY = "relay.acme.example"


@rule("KM901", "internal-relay-only", severity="E/E/–")
def check(env: Environment) -> Iterator[Finding]:
    """Look for a server outside Acme."""
    smtp = env.email.smtp
    if smtp is None or smtp.host.data.lower().endswith(".acme.example"):
        return
    yield Finding(
        f"`{smtp.host.data}` is not a relay of Acme",
        primary=Label(smtp.host, "set here"),
        help=f"use `{RELAY}`",
        fix=Fix(f"use `{RELAY}`", set_value(smtp.host, RELAY), safe=False) if smtp.host.written else None,
    )
