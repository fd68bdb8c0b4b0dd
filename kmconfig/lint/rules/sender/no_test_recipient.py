"""
Applying ends with a test message: without a recipient for it nothing proves that mail works, and `apply` refuses
to write.

List at least one mailbox that you can look into, better two at different mail providers.

```yaml bad
email:  # KM413
  test: null
```

```yaml good
email:
  test:
    recipients: [mail-test@acme.example, mail-test@partner.example]
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


@rule("KM413", "no-test-recipient", severity="W/W/–")
def check(env: Environment) -> Iterator[Finding]:
    """Look for somebody to send the test message to."""
    recipients = env.email.test_recipients
    written = env.get("email", "test", "recipients")
    if recipients is not None and (recipients.data or (written is not None and written.data)):
        return  # an address that was refused is reported already
    yield Finding(
        "there is nobody to send the test message to",
        primary=Label(recipients or Value(None, ("email", "test", "recipients")), "missing here"),
        help="list mailboxes that you can look into under `email.test.recipients`",
    )
