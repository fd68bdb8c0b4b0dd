"""
Laravel starts the sendmail program itself and insists on being told how to talk to it: `-bs` (SMTP over standard
input) or `-t` (recipients from the headers). With neither it refuses to send anything.

Write `arguments: [-bs, -i]`; for a sendmail that knows no `-bs`, such as BusyBox's, `[-t, -i]`.

```yaml bad tier=staging
email:
  driver: sendmail
  sendmail:
    arguments: [-i]  # KM506
```

```yaml good tier=staging
email:
  driver: sendmail
  sendmail:
    arguments: [-t, -i]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM506", "sendmail-flags", severity="E/E/E")
def check(env: Environment) -> Iterator[Finding]:
    """Look for one of the two ways to talk to the program."""
    sendmail, written = env.email.sendmail, env.get("email", "sendmail", "arguments")
    if sendmail is None or written is None or len(sendmail.arguments.data) != len(written.data):
        return
    if any(argument.data.startswith(("-bs", "-t")) for argument in sendmail.arguments.data):
        return
    yield Finding(
        "Laravel needs `-bs` or `-t` to talk to sendmail, and there is neither",
        primary=Label(sendmail.arguments, "set here"),
        help="write `arguments: [-bs, -i]`, or `[-t, -i]` for a sendmail without `-bs`",
    )
