"""
From Laravel 9 on the application takes `encryption: tls` as "STARTTLS if the server offers it". Whoever sits on
the way can take the offer out of the answer, and login and mail go on in clear text; nothing reports it. kmconfig's
own test message insists on TLS, so it does not show this.

Where the provider serves it, use port 465 with `encryption: ssl`: there TLS comes before anything else. From
Laravel 11 on with Symfony Mailer 7.3 or newer, `'require_tls' => true` in the smtp mailer of `config/mail.php`
enforces STARTTLS; say so in a suppression. Laravel 8 insists on STARTTLS by itself.

```yaml bad
email:
  smtp:
    encryption: tls  # KM215
target:
  laravel_env:
    path: /var/www/keymanager/.env
    laravel: 12
    reload: [[php, artisan, "queue:restart"]]
```

```yaml good
email:
  smtp:
    port: 465
    encryption: ssl
target:
  laravel_env:
    path: /var/www/keymanager/.env
    laravel: 12
    reload: [[php, artisan, "queue:restart"]]
```

```yaml good
email:
  smtp:
    encryption: tls  # kmconfig: ignore[KM215] config/mail.php sets require_tls
target:
  laravel_env:
    path: /var/www/keymanager/.env
    laravel: 12
    reload: [[php, artisan, "queue:restart"]]
```

```yaml good tier=development
email:
  smtp:
    encryption: tls
target:
  laravel_env:
    path: /var/www/keymanager/.env
    laravel: 12
    reload: [[php, artisan, "queue:restart"]]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.laravel_encryption import OLDEST_WITH_REQUIRE_TLS, effective_mode
from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.laravel import laravel_of
from kmconfig.lint.rules.scope import transport_of
from kmconfig.lint.rules.transport.port_not_offered import refusing_provider
from kmconfig.providers.registry import provider_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.settings import SmtpSettings


@rule("KM215", "opportunistic-tls", severity="n/n/–")
def check(env: Environment) -> Iterator[Finding]:
    """Ask what the target's Laravel makes of `tls`."""
    smtp, laravel = transport_of(env), laravel_of(env)
    if smtp is None or laravel is None or smtp.encryption.data != "tls" or refusing_provider(smtp) is not None:
        return
    if effective_mode(laravel.data, "tls", smtp.port.data).mode != "starttls-opportunistic":
        return
    yield Finding(
        f"Laravel {laravel.data} goes on in clear text if the server offers no STARTTLS",
        primary=Label(smtp.encryption, "`tls` insists on nothing there"),
        related=(Label(laravel, "the application's version"),),
        help=_remedy(smtp, laravel.data),
    )


def _remedy(smtp: SmtpSettings, laravel: int) -> str:
    provider = provider_of_host(smtp.host.data)
    ways = []
    if provider is None or provider.ports.get(465) == "ssl":
        ways.append("use port 465 with `encryption: ssl`")
    if laravel >= OLDEST_WITH_REQUIRE_TLS:
        ways.append("set `'require_tls' => true` in config/mail.php (Symfony Mailer 7.3) and say so in a suppression")
    return ", or ".join(ways) or "move to a provider or a Laravel that can insist on TLS"
