"""
Gmail, Microsoft 365 and other mailbox services send only as the mailbox that logs in. Another From address is
rewritten or the mail is refused, unless the service knows it as an alias or grants "send as".

Send from the address of the login. If the right to send as another address is set up, say so in a suppression.

```yaml bad
email:
  smtp:
    host: smtp.gmail.com
    username: mailer@acme.example
  sender:
    email: licensing@acme.example  # KM410
```

```yaml good
email:
  smtp:
    host: smtp.gmail.com
    username: licensing@acme.example
  sender:
    email: licensing@acme.example
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.providers.registry import provider_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM410", "sender-not-login", severity="E/E/W")
def check(env: Environment) -> Iterator[Finding]:
    """Compare the From address with the login where the provider ties them together."""
    smtp, sender = env.email.smtp, env.email.sender.email
    provider = provider_of_host(smtp.host.data) if smtp is not None else None
    if smtp is None or sender is None or provider is None or provider.from_rule != "login" or smtp.username is None:
        return
    login = smtp.username.data
    if not isinstance(login, str) or not provider.username.fits(login) or login.lower() == sender.data.lower():
        return
    yield Finding(
        f"{provider.title} sends as the login only, not as `{sender.data}`",
        primary=Label(sender, "set here"),
        related=(Label(smtp.username, "the login"),),
        help=f"write `email: {login}`, or log in as `{sender.data}`; see {provider.documentation}",
    )
