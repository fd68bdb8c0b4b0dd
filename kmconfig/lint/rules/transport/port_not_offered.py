"""
The provider does not listen on this port, or does not speak this encryption there. Connections hang until the
timeout or are refused, and it looks like a firewall.

Use one of the ports that the provider documents; the message lists them.

```yaml bad
email:
  smtp:
    host: smtp.postmarkapp.com
    port: 465  # KM206
    encryption: ssl
    username: {vault: keymanager/production/smtp#password}
```

```yaml bad
email:
  smtp:
    port: 25  # KM206
    encryption: ssl
```

```yaml good
email:
  smtp:
    host: smtp.postmarkapp.com
    username: {vault: keymanager/production/smtp#password}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import transport_of
from kmconfig.providers.registry import provider_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.settings import SmtpSettings
    from kmconfig.providers.record import Provider

ENCRYPTION_BY_PORT = {465: "ssl", 2465: "ssl", 587: "tls", 2525: "tls", 2587: "tls"}


def refusing_provider(smtp: SmtpSettings) -> Provider | None:
    """The provider of the host, if it does not serve the port at all, or not with this encryption.

    The wrong one of `tls` and `ssl` on a port that is made for the other is KM201, and clear text KM202 or KM306.
    """
    provider = provider_of_host(smtp.host.data)
    if provider is None:
        return None
    port, encryption = smtp.port.data, smtp.encryption.data
    if port not in provider.ports:
        return provider
    return provider if port not in ENCRYPTION_BY_PORT and encryption not in (provider.ports[port], "none") else None


@rule("KM206", "port-not-offered", severity="E/E/E")
def check(env: Environment) -> Iterator[Finding]:
    """Ask the provider's record for the port."""
    smtp = transport_of(env)
    provider = refusing_provider(smtp) if smtp is not None else None
    if smtp is None or provider is None:
        return
    port = smtp.port.data
    spoken = provider.ports.get(port)
    fact = f"does not serve port {port}" if spoken is None else f"speaks `{spoken}` on port {port}, not `ssl`"
    offers = " or ".join(
        f"{offered} with `encryption: {word}`" for offered, word in provider.ports.items() if offered != 25
    )
    yield Finding(
        f"{provider.title} {fact}",
        primary=Label(smtp.port, "set here"),
        related=(Label(smtp.host, f"this is {provider.title}"),),
        help=f"use port {offers}; see {provider.documentation}",
    )
