"""
There is no DKIM key (RFC 6376) where the provider's selectors say that it lies, or what lies there cannot be used: it
is revoked, cut off, for something else than mail, or one of several records, of which receivers may take any.
Receivers treat what is signed with it as unsigned, and DMARC then hangs on SPF alone, which forwarding breaks.

Publish the records that the provider shows for the domain. If it gave you selectors of your own, write them into
`email.sender.dkim_selectors`. Without any selector known, or where a provider such as Mailgun gives many customers
others than the usual one, a key that is not found is only told to be unchecked, unless the domain has no DKIM key at
all.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM706
```

```dns
; s1._domainkey.acme.example: none
; s2._domainkey.acme.example: none
```

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM706
```

```dns
; s2._domainkey.acme.example: none
s1._domainkey.acme.example TXT "v=DKIM1; k=rsa; p="
```

```yaml good
email:
  sender:
    dkim_selectors: [km2026]
```

```dns
km2026._domainkey.acme.example TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.rule import online_rule
from kmconfig.lint.rules.domain import judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.finding import Finding, Skipped
    from kmconfig.lint.observed import Observed


@online_rule("KM706", "no-dkim", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for the DKIM keys that mail is signed with."""
    yield from judge(env, observed, "KM706")
