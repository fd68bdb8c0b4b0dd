"""
The DMARC record cannot be read as it is meant: there are several, its policy is none that there is, or it does not
begin with `v=DMARC1;`. Receivers discard such a record, or take its policy for `none`. What they ignore, as `adkim=x`
or a report address without `mailto:`, or read in different ways, as a record without `p=`, is a warning.

Correct the record; RFC 9989, section 4.7, lists the tags.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM712
```

```dns
_dmarc.acme.example TXT "v=DMARC1; p=rejekt; rua=mailto:dmarc-reports@acme.example"
```

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM712
```

```dns
_dmarc.acme.example TXT "v=DMARC1; p=reject; rua=mailto:dmarc-reports@acme.example"
_dmarc.acme.example TXT "v=DMARC1; p=none"
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
_dmarc.acme.example TXT "v=DMARC1; p=reject; sp=quarantine; rua=mailto:dmarc-reports@acme.example"
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


@online_rule("KM712", "dmarc-invalid", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for DMARC records that receivers cannot read."""
    yield from judge(env, observed, "KM712")
