"""
All test recipients have their mailboxes at one mail provider. Each has filters of its own: what arrives at one may
be spam at the next, and the test would not show it.

List recipients at two providers at least, for example one at Gmail and one at Outlook.com.

```yaml bad
email:
  test:
    recipients: [mail-test@gmail.com, other-test@googlemail.com]  # KM414
```

```yaml bad
email:
  test:
    recipients: [mail-test@acme.example]  # KM414
```

```yaml good
email:
  test:
    recipients: [mail-test@acme.example, mail-test@gmail.com]
```

```yaml good tier=staging
email:
  test:
    recipients: [mail-test@acme.example]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.providers.mail_domains import domain_of, mail_service_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM414", "one-test-provider", severity="n/–/–")
def check(env: Environment) -> Iterator[Finding]:
    """Count the services at which the recipients are; none at all is KM413."""
    recipients, written = env.email.test_recipients, env.get("email", "test", "recipients")
    if recipients is None or written is None or not recipients.data or len(recipients.data) != len(written.data):
        return
    services = {mail_service_of(domain_of(recipient.data)) for recipient in recipients.data}
    if len(services) > 1:
        return
    yield Finding(
        "the test message goes to one mail provider only",
        primary=Label(recipients, "all at one provider"),
        help="add a recipient at another mail provider",
    )
