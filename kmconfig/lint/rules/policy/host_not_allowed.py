"""
The project file lists the only servers that may be given a login, and these settings would give one to another. Tests,
plans and applies refuse that; here it shows before anything is merged.

Correct the host, or have it added to `policy.hosts`. The list holds for mail servers, the APIs of Mailgun and SES,
Vault, the settings API, SSH and the mailbox of `email.test.confirm`. A server that takes mail without a login need not
stand there.

```yaml bad
email:
  smtp:
    host: smtp.eu.sendgrid.net  # KM609
```

```yaml bad raw file=kmconfig.yaml
version: 1
policy: {hosts: [smtp.sendgrid.net, vault.acme.example]}
```

```yaml good
email:
  smtp:
    host: smtp.sendgrid.net
```

```yaml good raw file=kmconfig.yaml
version: 1
policy: {hosts: [smtp.sendgrid.net, vault.acme.example]}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import policy_rule
from kmconfig.lint.rules.logins import login_places
from kmconfig.providers.registry import normal_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile


@policy_rule("KM609", "host-not-allowed", severity="E/E/E")
def check(env: Environment, file: ProjectFile) -> Iterator[Finding]:
    """Compare the servers that get a login with the list of the project file."""
    policy = file.get("policy", "hosts")
    if policy is None or file.allowed_hosts is None:
        return
    allowed = {normal_host(host).strip("[]") for host in file.allowed_hosts}
    for place in login_places(env):
        if place.host not in allowed:
            yield Finding(
                f"`policy.hosts` does not allow a login at `{place.host}`",
                primary=Label(place.decides, "decides the server"),
                related=(Label(policy, "what is allowed"),),
                help=f"correct `{place.decides.setting}`, or have the host added to `policy.hosts`",
            )
