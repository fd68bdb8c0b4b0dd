"""
Mail goes to a server on the machine itself. Nothing else lints, signs or watches that server, and mail from it
often lands in the spam folder, because the machine's address has no reputation. In a container there is no such
server at all: `localhost` is the container, so every message is refused.

Name the SMTP host of a provider, or of a relay that somebody looks after. In a container, a relay beside it goes
by its own name. Since `localhost` is the default, a forgotten `host` ends here too.

```yaml bad
email:
  smtp:
    host: localhost  # KM210
    username: null
    password: null
```

```yaml bad
application:
  runtime: container
email:
  smtp:
    host: 127.0.0.1  # KM210
    username: null
    password: null
```

```yaml good
email:
  smtp:
    host: relay.acme.example
    username: null
    password: null
```

```yaml good tier=development
email:
  smtp:
    host: localhost
    port: 1025
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.providers.hosts import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM210", "localhost-relay", severity="W/W/–")
def check(env: Environment) -> Iterator[Finding]:
    """Look for this machine in the place of a server."""
    smtp = env.email.smtp
    if smtp is None or not is_loopback(smtp.host.data):
        return
    runtime = env.application.runtime
    inside = runtime.data == "container"
    yield Finding(
        "`localhost` is the container itself, where no mail server runs" if inside else "mail goes to this machine",
        primary=Label(smtp.host, "set here"),
        related=(Label(runtime, "the application runs in a container"),) if inside else (),
        help="name the SMTP host of your provider, or of a relay that somebody looks after",
        severity="error" if inside else None,
    )
