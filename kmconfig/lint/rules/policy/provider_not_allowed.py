"""
The project file lists the mail providers that may be used, and this environment uses another one. Such lists stand
for contracts about personal data, for budgets, or for a move that is under way.

Use one of the allowed providers, or have the list changed. A server of one's own and `driver: sendmail` are
`self-hosted`. In development, this machine and mail catchers are always allowed.

```yaml bad
email:
  smtp:
    host: smtp.mailgun.org  # KM601
    username: postmaster@mg.acme.example
```

```yaml bad raw file=kmconfig.yaml
version: 1
policy: {providers: [sendgrid, ses]}
```

```yaml good
email:
  smtp:
    host: smtp.sendgrid.net
```

```yaml good raw file=kmconfig.yaml
version: 1
policy: {providers: [sendgrid, ses]}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import policy_rule
from kmconfig.lint.rules.scope import login_of
from kmconfig.providers.mailgun import MAILGUN
from kmconfig.providers.registry import domain_owner
from kmconfig.providers.self_hosted import SELF_HOSTED
from kmconfig.providers.ses import SES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.providers.record import Provider
    from kmconfig.source.value import Value


_OF_DRIVER = {"mailgun": MAILGUN, "ses": SES, "sendmail": SELF_HOSTED}


@policy_rule("KM601", "provider-not-allowed", severity="E/E/E")
def check(env: Environment, file: ProjectFile) -> Iterator[Finding]:
    """Compare the provider with the list of the project file."""
    policy = file.get("policy", "providers")
    found = _provider(env) if policy is not None else None
    if policy is None or found is None:
        return
    provider, decides = found
    allowed = [entry.data for entry in policy.data]
    if provider.slug in allowed:
        return
    names = " or ".join(f"`{slug}`" for slug in allowed)
    yield Finding(
        f"the project allows no mail through {provider.title} (`{provider.slug}`)",
        primary=Label(decides, "set here"),
        related=(Label(policy, "what is allowed"),),
        help=f"use {names}, or have `policy.providers` changed" if names else "have `policy.providers` changed",
    )


def _provider(env: Environment) -> tuple[Provider, Value[Any]] | None:
    """Whose service sends the mail, and the setting that decides it; None where no mail leaves."""
    driver = env.email.driver
    if driver.data in _OF_DRIVER:
        return _OF_DRIVER[driver.data], driver
    smtp = login_of(env)
    return (domain_owner(smtp.host.data) or SELF_HOSTED, smtp.host) if smtp is not None else None
