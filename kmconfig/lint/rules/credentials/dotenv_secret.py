"""
A `dotenv` reference reads the `.env` at the root of the repository, which lies beside the code on somebody's
machine. Outside development it would be the password that happens to lie there, and it has no age, no owner and no
trace of who read it.

Refer to `vault`, `aws_secret`, `ssm`, `file` or `env`, and let the pipeline provide it.

```yaml bad
email:
  smtp:
    password: {dotenv: SMTP_PASSWORD, max_age: 90d}  # KM307
```

```yaml good
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```

```yaml good tier=development
email:
  smtp:
    password: {dotenv: SMTP_PASSWORD}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.references import judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


@rule("KM307", "dotenv-secret", severity="E/E/–")
def check(env: Environment) -> Iterator[Finding]:
    """Look for references to the `.env` beside the code."""
    for reference in judged(env):
        if reference.data.source == "dotenv":
            yield Finding(
                f"`{reference.setting}` comes from a `.env` beside the code",
                primary=Label(reference, "`dotenv` is for development"),
                help="refer to `vault`, `aws_secret`, `ssm`, `file` or `env`",
            )
