"""
Mailgun has not verified the sending domain, or does not know it in this region. From an unverified domain only a few
hundred messages a day leave, unsigned, and most end as spam; from an unknown one nothing leaves. A domain lives in the
region it was created in, and the other region's API does not see it.

Publish the records that Mailgun's dashboard lists and let it check them again; or correct the domain or the region. A
domain sending key may not look at the domain, and lint says so.

```yaml bad
email:
  driver: mailgun
  mailgun:
    domain: mg.acme.example  # KM808
    api_key: {vault: keymanager/production/mailgun#key, max_age: 90d}
```

```yaml observed
account: {domain: unverified}
```

```yaml bad
email:
  driver: mailgun
  mailgun:
    domain: mg.acme.example  # KM808
    region: eu
    api_key: {vault: keymanager/production/mailgun#key, max_age: 90d}
```

```yaml observed
account: {domain: missing}
```

```yaml good
email:
  driver: mailgun
  mailgun:
    domain: mg.acme.example
    api_key: {vault: keymanager/production/mailgun#key, max_age: 90d}
```

```yaml observed
account: {domain: active}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label, Skipped
from kmconfig.lint.rule import online_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.observed import Observed


@online_rule("KM808", "mailgun-domain-inactive", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for domains that Mailgun has not verified or does not have."""
    mailgun = env.email.mailgun
    if mailgun is None or mailgun.domain is None:
        return
    state, domain = observed.account(env), mailgun.domain
    if state.unknown:
        yield Skipped(f"`{domain.setting}` of `{env.name}`: {state.unknown}")
    elif state.domain == "missing":
        other = "us" if mailgun.region.data == "eu" else "eu"
        yield Finding(
            f"Mailgun has no domain `{domain.data}` in the region `{mailgun.region.data}`",
            primary=Label(domain, "this domain"),
            help=f"set `email.mailgun.region: {other}` if it was created there, or add the domain at Mailgun",
        )
    elif state.domain == "unverified":
        yield Finding(
            f"Mailgun has not verified the domain `{domain.data}`" + (f": {state.detail}" if state.detail else ""),
            primary=Label(domain, "this domain"),
            help="publish the DNS records that Mailgun lists for it, then press Verify there",
        )
