"""
The RSA key that mail is signed with is shorter than 2048 bits (RFC 8301), so that forging signatures becomes
affordable. Below 1024 bits receivers ignore the signature, which makes it an error. A key that says `t=y` is only
being tried out, and receivers may treat its signatures as none.

Have the provider make a key of 2048 bits, and publish it under a new selector beside the old one until mail is signed
with it.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM707
```

```dns
s1.domainkey.u4242.wl042.sendgrid.net TXT (
  "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCkXV5z8+qxn4WNsvIwW6OBBY"
  "vGbCSUZRZIIIP3ZR3G1gwXUcYj9pU2MnhNjb7i73aEKER7wfz1Zny2gXuUQQesQAzfsy0NWhyRvQi38I"
  "uzckv0ENbZfk5/k2BbJ7RYRkp86LwcYjEeNDIMzbKYoKk8a7pj7NSAUzZgVZtKehR7WQIDAQAB"
)
```

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM707
```

```dns
s1.domainkey.u4242.wl042.sendgrid.net TXT (
  "v=DKIM1; k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAM3KOixrQko+lEbiRVSVgJFwlNySeP"
  "+Kj3/bahh641ADidqPwBK402Aagj8TVWmO9Tf6AeXZikVKVirFaIuth9kCAwEAAQ=="
)
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
s1.domainkey.u4242.wl042.sendgrid.net TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
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


@online_rule("KM707", "weak-dkim", severity="W/W/W")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for DKIM keys that are too short, or only being tried out."""
    yield from judge(env, observed, "KM707", worst="error")
