"""
The SPF record of the sender's domain does not let the provider send that these settings use, so SPF fails for every
message. Receivers look at the domain that bounces go to. SendGrid and Postmark use a name of their own and are not
looked at; Mailgun's is the domain of its account. Amazon SES uses its own unless a MAIL FROM domain is set up, so
there it is a note. Where mail leaves through a server that is nobody's known, a record that lets nobody send, such as
`v=spf1 -all`, is a warning.

Add the provider's `include:` in front of `all`. The help shows the whole record.

```yaml bad
email:
  smtp:
    host: smtp.gmail.com
    username: licensing@acme.example
  sender:
    email: licensing@acme.example  # KM703
```

```dns
acme.example TXT "v=spf1 ip4:192.0.2.0/24 -all"
google._domainkey.acme.example TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
```

```yaml good
email:
  smtp:
    host: smtp.gmail.com
    username: licensing@acme.example
  sender:
    email: licensing@acme.example
```

```dns
acme.example TXT "v=spf1 ip4:192.0.2.0/24 include:_spf.google.com -all"
_spf.google.com TXT "v=spf1 ip4:198.51.100.0/24 ~all"
google._domainkey.acme.example TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
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


@online_rule("KM703", "spf-without-provider", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for SPF records that leave out the provider in use."""
    yield from judge(env, observed, "KM703")
