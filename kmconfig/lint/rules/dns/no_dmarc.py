"""
Neither the sender's domain nor one above it has a DMARC policy (RFC 9989), which says what becomes of mail that fails
SPF and DKIM. Gmail, Yahoo and Microsoft demand one from whoever sends in numbers, `p=none` at least.

Publish a TXT record below `_dmarc`. Begin with `p=none` and an address for reports, read them, then ask for
`quarantine` and `reject`. The help shows one to begin with.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM708
```

```dns
; _dmarc.acme.example: none
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
_dmarc.acme.example TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc-reports@acme.example"
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


@online_rule("KM708", "no-dmarc", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for domains without a DMARC policy."""
    yield from judge(env, observed, "KM708")
