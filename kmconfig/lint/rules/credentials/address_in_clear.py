"""
A store or target is reached by `http://`: its token and every secret would cross the network as text. kmconfig never
sends them there, so each plan and apply of this environment fails.

Write the address as `https://`, with `ca_file` where the certificate is of your own authority. A server on this
machine may be reached without TLS.

```yaml bad
stores:
  vault:
    address: http://vault.acme.example:8200  # KM315
```

```yaml good
stores:
  vault:
    address: https://vault.acme.example:8200
```

```yaml bad tier=staging
target:
  settings_api:
    url: http://licenses.acme.example/api/settings/email  # KM315
    api_key: {vault: keymanager/staging/api#key, max_age: 90d}
```

```yaml good tier=development
stores:
  vault:
    address: http://127.0.0.1:8200
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.logins import host_of, web_addresses
from kmconfig.providers.hosts import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM315", "address-in-clear", severity="E/E/E")
def check(env: Environment) -> Iterator[Finding]:
    """Look for addresses without TLS that would be given a token."""
    for address in web_addresses(env):
        if address.data.startswith("http://") and not is_loopback(host_of(address.data)):
            yield Finding(
                "the token would be sent without encryption",
                primary=Label(address, "set here"),
                help="write the address as `https://…`; kmconfig sends no token without TLS",
            )
