"""
A container or a cloud platform has no mail server of its own behind `sendmail`: the program is missing, or queues
mail that nobody ever sends. Cloud networks block port 25 besides, which it would need.

Use `driver: smtp` with a provider, or Mailgun's or Amazon's API.

```yaml bad
application:
  runtime: container
email:
  driver: sendmail  # KM501
```

```yaml good
application:
  runtime: container
email:
  driver: smtp
```

```yaml bad tier=development
application:
  runtime: cloud
email:
  driver: sendmail  # KM501
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM501", "sendmail-in-container", severity="E/E/W")
def check(env: Environment) -> Iterator[Finding]:
    """Compare the driver with what the application runs on."""
    runtime = env.application.runtime
    if env.email.driver.data != "sendmail" or runtime.data not in ("container", "cloud"):
        return
    where = "a container" if runtime.data == "container" else "a cloud platform"
    yield Finding(
        f"`sendmail` needs a mail server of the machine's own, and {where} has none",
        primary=Label(env.email.driver, "set here"),
        related=(Label(runtime, "what the application runs on"),),
        help="use `driver: smtp` with a provider",
    )
