"""
The Laravel version of the target cannot be told these settings. Laravel 8 reads no EHLO domain. Laravel 9 and 10
begin TLS at once on port 465 alone, so with `encryption: ssl` on another port the connection hangs; 8, and 11 and
later, begin TLS at once wherever `ssl` is set, so on a port that begins in clear text the connection fails.

Change the setting that the message names, or upgrade the application. What contradicts itself whatever the version
is KM201, and a port that the provider does not serve is KM206.

```yaml bad
email:
  smtp:
    ehlo_domain: licenses.acme.example  # KM507
target:
  laravel_env:
    path: /var/www/keymanager/.env
    laravel: 8
    reload: [[php, artisan, "queue:restart"]]
```

```yaml bad
email:
  smtp:
    host: email-smtp.eu-west-1.amazonaws.com
    port: 2465  # KM204 KM507
    encryption: ssl
    username: AKIAIOSFODNN7EXAMPLE
target:
  laravel_env:
    path: /var/www/keymanager/.env
    laravel: 10
    reload: [[php, artisan, "queue:restart"]]
```

```yaml good
email:
  smtp:
    host: email-smtp.eu-west-1.amazonaws.com
    port: 465
    encryption: ssl
    username: AKIAIOSFODNN7EXAMPLE
target:
  laravel_env:
    path: /var/www/keymanager/.env
    laravel: 10
    reload: [[php, artisan, "queue:restart"]]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.laravel_encryption import OLDEST_WITH_EHLO_DOMAIN, effective_mode
from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.laravel import laravel_of
from kmconfig.lint.rules.scope import transport_of
from kmconfig.lint.rules.transport.port_not_offered import ENCRYPTION_BY_PORT, refusing_provider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM507", "laravel-version", severity="E/E/E")
def check(env: Environment) -> Iterator[Finding]:
    """Ask the version table what the application makes of the settings."""
    smtp, laravel = env.email.smtp, laravel_of(env)
    if smtp is None or laravel is None:
        return
    if smtp.ehlo_domain is not None and laravel.data < OLDEST_WITH_EHLO_DOMAIN:
        yield Finding(
            f"Laravel {laravel.data} reads no EHLO domain",
            primary=Label(smtp.ehlo_domain, "without effect in the application"),
            related=(Label(laravel, "the application's version"),),
            help=f"remove it, or upgrade the application to Laravel {OLDEST_WITH_EHLO_DOMAIN} or later",
        )
    problem = _problem(env, laravel.data)
    if problem is not None:
        yield Finding(
            problem,
            primary=Label(smtp.port, "set here"),
            related=(Label(smtp.encryption, "with this encryption"), Label(laravel, "the application's version")),
            help="use port 465 with `encryption: ssl`, or port 587 with `encryption: tls`",
        )


def _problem(env: Environment, laravel: int) -> str | None:
    """Why this version cannot connect, where another could."""
    smtp = transport_of(env)
    if smtp is None or smtp.encryption.data == "none" or refusing_provider(smtp) is not None:
        return None
    port, encryption = smtp.port.data, smtp.encryption.data
    if ENCRYPTION_BY_PORT.get(port) not in (None, encryption):
        return None
    return effective_mode(laravel, "ssl" if encryption == "ssl" else "tls", port).problem
