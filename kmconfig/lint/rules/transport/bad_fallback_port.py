"""
`fallback_ports` are tried when the port cannot be reached. One that is the main port itself adds a second wait;
port 25 is blocked wherever the others are; and a port that the provider does not serve, or not with this
`encryption`, fails in a way that hides the first fault.

List other ports that speak the same encryption, for example 2525 beside 587.

```yaml bad
email:
  smtp:
    port: 587
    fallback_ports:
      - 587  # KM214
      - 25  # KM214
      - 2525
```

```yaml bad
email:
  smtp:
    port: 587
    encryption: tls
    fallback_ports: [465]  # KM214
```

```yaml good
email:
  smtp:
    port: 587
    fallback_ports: [2525]
```

```yaml bad tier=development
email:
  smtp:
    fallback_ports: [587]  # KM214
```

```yaml bad
email:
  smtp:
    port: 587
    encryption: ssl  # KM201
    fallback_ports:
      - 2525
      - 465  # KM214
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.scope import transport_of
from kmconfig.lint.rules.transport.port_not_offered import ENCRYPTION_BY_PORT
from kmconfig.providers.registry import provider_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.settings import SmtpSettings
    from kmconfig.providers.record import Provider


@rule("KM214", "bad-fallback-port", severity="W/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look at each fallback by itself."""
    smtp = transport_of(env)
    if smtp is None or smtp.fallback_ports is None:
        return
    provider = provider_of_host(smtp.host.data)
    encryption = _meant(smtp)
    for port in smtp.fallback_ports.data:
        if port.data == smtp.port.data:
            yield Finding(
                f"the fallback {port.data} is the port itself",
                primary=Label(port, "set here"),
                related=(Label(smtp.port, "the port"),),
                help="remove it, or name another port",
            )
        elif port.data == 25:
            yield Finding(
                "port 25 is no fallback: it is blocked wherever the others are",
                primary=Label(port, "set here"),
                help="name a port for submitting mail, such as 2525",
            )
        elif not _speaks(port.data, encryption, provider):
            who = provider.title if provider is not None else "a server"
            yield Finding(
                f"{who} does not serve port {port.data} with `encryption: {encryption}`",
                primary=Label(port, "set here"),
                related=(Label(smtp.encryption, "the encryption of all ports"), Label(smtp.host, "the server")),
                help=_remedy(smtp, encryption, provider),
            )


def _speaks(port: int, encryption: str, provider: Provider | None) -> bool:
    """Whether the port goes with the encryption; clear text is KM202 or KM306."""
    if provider is not None and port not in provider.ports:
        return False
    spoken = provider.ports[port] if provider is not None else ENCRYPTION_BY_PORT.get(port)
    return encryption == "none" or spoken in (None, encryption)


def _meant(smtp: SmtpSettings) -> str:
    """The encryption, or the one that the port needs where KM201 says that it is wrong: one fault is enough."""
    written: str = smtp.encryption.data
    return written if written == "none" else ENCRYPTION_BY_PORT.get(smtp.port.data, written)


def _remedy(smtp: SmtpSettings, encryption: str, provider: Provider | None) -> str:
    if provider is None:
        return f"name a port that speaks `{encryption}`"
    others = [port for port in provider.ports_with(encryption) if port not in (25, smtp.port.data)]
    choice = " or ".join(str(port) for port in others)
    return f"{f'use {choice}' if choice else 'remove it'}; see {provider.documentation}"
