"""
The provider serves this port but recommends another one, usually 587. The alternative ports exist for networks
that block it; where nothing is blocked they are one more thing to explain.

Use the recommended port and keep this one under `fallback_ports`. Port 465 with `encryption: ssl` is as good as
587 (RFC 8314) and not reported.

```yaml bad
email:
  smtp:
    port: 2525  # KM204
```

```yaml good
email:
  smtp:
    port: 587
    fallback_ports: [2525]
```

```yaml good
email:
  smtp:
    port: 465
    encryption: ssl
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import transport_of
from kmconfig.lint.rules.transport.port_not_offered import refusing_provider
from kmconfig.providers.registry import provider_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM204", "not-recommended-port", severity="n/n/–")
def check(env: Environment) -> Iterator[Finding]:
    """Compare the port with the provider's own advice."""
    smtp = transport_of(env)
    if smtp is None or smtp.port.data == 25 or refusing_provider(smtp) is not None:
        return
    provider, port, encryption = provider_of_host(smtp.host.data), smtp.port.data, smtp.encryption.data
    if provider is None or port in (465, provider.recommended_port) or encryption != provider.ports.get(port):
        return
    yield Finding(
        f"{provider.title} recommends port {provider.recommended_port}",
        primary=Label(smtp.port, "set here"),
        related=(Label(smtp.host, f"this is {provider.title}"),),
        help=f"write `port: {provider.recommended_port}`; see {provider.documentation}",
    )
