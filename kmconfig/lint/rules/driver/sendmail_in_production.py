"""
`sendmail` hands customer mail to the machine it runs on. Its address has no reputation, and often neither SPF nor
DKIM, so much of the mail ends as spam; and nobody is told.

Use `driver: smtp` with a provider, or Mailgun's or Amazon's API. A machine that hands mail to a well-kept relay is a
reason for a suppression. In a container or a cloud, KM501 says so instead.

```yaml bad
email:
  driver: sendmail  # KM502
```

```yaml good
email:
  driver: smtp
```

```yaml good tier=staging
email:
  driver: sendmail
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM502", "sendmail-in-production", severity="W/–/–")
def check(env: Environment) -> Iterator[Finding]:
    """Look for mail that leaves through the machine itself."""
    if env.email.driver.data != "sendmail" or env.application.runtime.data != "host":
        return
    yield Finding(
        "`sendmail` delivers customer mail from a machine without reputation",
        primary=Label(env.email.driver, "set here"),
        help="use `driver: smtp` with a provider",
    )
