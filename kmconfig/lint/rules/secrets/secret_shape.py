"""
The secret does not have the form in which its provider issues it: SendGrid's keys begin with `SG.`, a Gmail app
password has 16 small letters, the password of SES's SMTP servers is derived from the secret key and longer than that,
and Brevo's API keys do not work over SMTP. A server would answer "authentication failed", which says nothing of all
this. Often the wrong field was copied, or quotes or a line end came along.

Write the right secret to the store. The message says what is expected, never what lies there. Where the provider
does not document the form itself, the finding is a warning.

```yaml bad
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}  # KM805
```

```yaml observed
email.smtp.password: {version: "7", created: 2026-11-10, shape: differs}
```

```yaml bad
email:
  smtp:
    host: email-smtp.eu-west-1.amazonaws.com
    username: AKIAIOSFODNN7EXAMPLE
    password: {vault: keymanager/production/smtp#password, max_age: 90d}  # KM805
```

```yaml observed
email.smtp.password: {version: "7", created: 2026-11-10, shape: differs}
```

```yaml good
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```

```yaml observed
email.smtp.password: {version: "7", created: 2026-11-10, shape: fits}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label, Skipped
from kmconfig.lint.rule import online_rule
from kmconfig.lint.rules.secret_form import expected_form
from kmconfig.lint.rules.seen import look, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.observed import Observed


@online_rule("KM805", "secret-shape", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for secrets that were read and have another form than their provider gives them."""
    for seen in look(env, observed):
        if isinstance(seen, Skipped):
            yield seen
            continue
        reference, state = seen
        if state.shape is not None and not state.shape.fits:
            shape = state.shape
            yield Finding(
                f"`{reference.setting}` does not look like what {shape.provider} issues"
                + (f": it is {shape.seen}" if shape.seen else ""),
                primary=Label(reference, "this secret"),
                help=f"expected is {shape.expected}; see {shape.documentation}",
                severity=None if shape.confirmed else "warning",
            )
        elif state.unread and expected_form(env, reference.path) is not None:
            yield skipped(env, reference, state.unread)
