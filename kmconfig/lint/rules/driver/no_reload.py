"""
Nothing tells the application that its `.env` has changed. Laravel may run on a cached configuration, and queue
workers keep what they read when they started, so mail goes out with the old login until somebody restarts them.

List what makes the application read its settings again under `reload`, the queue workers last.

```yaml bad
target:
  laravel_env:  # KM508
    path: /var/www/keymanager/.env
```

```yaml good
target:
  laravel_env:
    path: /var/www/keymanager/.env
    reload: [[php, artisan, "config:cache"], [php, artisan, "queue:restart"]]
```

```yaml bad tier=development
target:
  laravel_env:
    path: /var/www/keymanager/.env
    reload: []  # KM508
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


_RELOAD = ("target", "laravel_env", "reload")


@rule("KM508", "no-reload", severity="W/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look for commands that make the application read its settings again."""
    reload = env.get(*_RELOAD)
    if env.get("target", "laravel_env") is None or (reload is not None and reload.data):
        return
    yield Finding(
        "nothing tells the application and its queue workers about new settings",
        primary=Label(reload or Value(None, _RELOAD), "missing here"),
        help='write `reload: [[php, artisan, "config:cache"], [php, artisan, "queue:restart"]]`',
    )
