"""
The SES driver has access keys of its own. Where the application runs in AWS, or reaches it through a role, the AWS
credential chain gives it keys that change by themselves: nothing to store, to rotate or to leak.

Leave both keys out and give the machine, the container or the pod a role that may send mail. A machine that can
have no role is a reason for a suppression.

```yaml bad
email:
  driver: ses
  ses:
    region: eu-west-1
    access_key_id: {vault: keymanager/production/ses#id}
    secret_access_key: {vault: keymanager/production/ses#secret, max_age: 90d}  # KM504
```

```yaml good
email:
  driver: ses
  ses:
    region: eu-west-1
```

```yaml good tier=development
email:
  driver: ses
  ses:
    region: eu-west-1
    access_key_id: {env: AWS_ACCESS_KEY_ID}
    secret_access_key: {env: AWS_SECRET_ACCESS_KEY}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.providers.ses import SES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM504", "ses-static-keys", severity="n/n/–")
def check(env: Environment) -> Iterator[Finding]:
    """Look for keys that a role would replace."""
    ses = env.email.ses
    keys = [key for key in (ses.secret_access_key, ses.access_key_id) if key is not None] if ses is not None else []
    if not keys:
        return
    yield Finding(
        f"{SES.title} has static keys where the AWS credential chain would do",
        primary=Label(keys[0], "a key to store and rotate"),
        related=tuple(Label(key, "its other half") for key in keys[1:]),
        help="leave both keys out and give the application a role that may send mail",
    )
