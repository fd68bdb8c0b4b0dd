"""
The key may do more than send mail. Whoever gets hold of it, from a log, a backup or the server itself, can do all
that too: read the addresses mail went to, change the account's users, or make further keys.

Make a key at the provider that may only send, write it to the store, apply, and delete the old one. SendGrid says
what a key may do: choose "Restricted Access" and give it "Mail Send" alone. Other providers are not asked.

```yaml bad
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}  # KM810
```

```yaml observed
email.smtp.password: {shape: fits, beyond: [api_keys.create, user.profile.read]}
```

```yaml good
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```

```yaml observed
email.smtp.password: {shape: fits, beyond: []}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label, Skipped
from kmconfig.lint.rule import online_rule
from kmconfig.lint.rules.seen import look, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.observed import Observed


@online_rule("KM810", "broad-credential", severity="W/W/W")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for keys of which the provider says that they may do more than send."""
    for seen in look(env, observed):
        if isinstance(seen, Skipped):
            yield seen
            continue
        reference, scopes = seen.reference, seen.state.scopes
        if scopes is None:
            continue
        if scopes.unknown:
            yield skipped(env, reference, scopes.unknown)
        elif scopes.beyond:
            yield Finding(
                f"the key of `{reference.setting}` may do more than send: {scopes.shown()}",
                primary=Label(reference, "this key"),
                help="make a key that may only send, and delete this one once it is applied",
            )
