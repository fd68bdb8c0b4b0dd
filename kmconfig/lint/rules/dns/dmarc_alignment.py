"""
DMARC counts a signature only if its domain belongs with the one in From (RFC 9989, section 4.4). The provider signs as
another organisation's domain, so DMARC fails for every message however sound SPF and DKIM are by themselves. A record
that asks for the very same domain, `adkim=s`, while the provider signs as a subdomain, is a warning.

Send from the domain that the provider signs with, or add the sender's domain to the provider's account.

```yaml bad
email:
  smtp:
    host: smtp.mailgun.org
    username: postmaster@mg.partner.example
  sender:
    email: licensing@acme.example  # KM411 KM715
```

```dns
mg.partner.example TXT "v=spf1 include:mailgun.org ~all"
mailgun.org TXT "v=spf1 ip4:198.51.100.0/24 ~all"
k1._domainkey.mg.partner.example TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
```

```yaml bad
email:
  smtp:
    host: smtp.mailgun.org
    username: postmaster@mg.acme.example
  sender:
    email: licensing@acme.example  # KM715
```

```dns
_dmarc.acme.example TXT "v=DMARC1; p=reject; adkim=s; rua=mailto:dmarc-reports@acme.example"
mg.acme.example TXT "v=spf1 include:mailgun.org ~all"
mailgun.org TXT "v=spf1 ip4:198.51.100.0/24 ~all"
k1._domainkey.mg.acme.example TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
```

```yaml good
email:
  smtp:
    host: smtp.mailgun.org
    username: postmaster@mg.acme.example
  sender:
    email: licensing@acme.example
```

```dns
mg.acme.example TXT "v=spf1 include:mailgun.org ~all"
mailgun.org TXT "v=spf1 ip4:198.51.100.0/24 ~all"
k1._domainkey.mg.acme.example TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
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


@online_rule("KM715", "dmarc-alignment", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Compare the domain in From with the one the provider signs as."""
    yield from judge(env, observed, "KM715")
