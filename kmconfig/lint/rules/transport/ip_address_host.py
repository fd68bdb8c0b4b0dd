"""
Providers change the addresses behind their names, and a certificate is made out for a name: a connection to an
IP address either fails its check or is not checked.

Write the host name that the provider or the administrator gives.

```yaml bad
email:
  smtp:
    host: 192.0.2.25  # KM207
```

```yaml bad tier=staging
email:
  smtp:
    host: "2001:db8::25"  # KM207
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
from kmconfig.providers.hosts import is_ip_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM207", "ip-address-host", severity="E/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look for an address in the place of a name."""
    smtp = transport_of(env)
    if smtp is None or not is_ip_address(smtp.host.data):
        return
    yield Finding(
        "the SMTP host is an IP address",
        primary=Label(smtp.host, "set here"),
        help="write the server's host name, which its certificate is made out for",
    )
