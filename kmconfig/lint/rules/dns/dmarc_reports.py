"""
DMARC reports are to go to another organisation's address, and that organisation does not say that it wants them, so
nobody sends any (RFC 9990, section 4). Without any address, a note: nobody then sees who sends in the domain's name.

Have the receiving organisation publish the record that the help shows; services that read reports have it ready.

```yaml bad
email:
  sender:
    email: licensing@acme.example  # KM716
```

```dns
_dmarc.acme.example TXT "v=DMARC1; p=reject; rua=mailto:acme@reports.example"
reports.example MX 10 mail.acme.example
```

```yaml good
email:
  sender:
    email: licensing@acme.example
```

```dns
_dmarc.acme.example TXT "v=DMARC1; p=reject; rua=mailto:acme@reports.example"
acme.example._report._dmarc.reports.example TXT "v=DMARC1"
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


@online_rule("KM716", "dmarc-reports", severity="W/W/W")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for addresses that DMARC reports cannot go to."""
    yield from judge(env, observed, "KM716")
