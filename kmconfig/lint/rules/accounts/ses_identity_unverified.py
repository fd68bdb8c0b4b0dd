"""
Amazon SES sends only from verified identities, and knows none in this region that covers the sender's address: neither
the address, nor its domain, nor a domain above it. Every message is refused. An identity counts in its own region
only, which is why this often shows after a move.

Create the identity of the domain in this region and publish the records SES names; or correct the region or the
sender. A login that may not call `ses:GetEmailIdentity` cannot see this, and lint says so.

```yaml bad
email:
  driver: ses
  ses: {region: eu-west-1}
  sender:
    email: licensing@acme.example  # KM807
```

```yaml observed
account: {sender: missing}
```

```yaml bad
email:
  driver: ses
  ses: {region: eu-west-1}
  sender:
    email: licensing@acme.example  # KM807
```

```yaml observed
account: {sender: unverified, detail: "PENDING"}
```

```yaml good
email:
  driver: ses
  ses: {region: eu-west-1}
  sender:
    email: licensing@acme.example
```

```yaml observed
account: {sender: verified}
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


@online_rule("KM807", "ses-identity-unverified", severity="E/E/E")
def check(env: Environment, observed: Observed) -> Iterator[Finding | Skipped]:
    """Look for senders that no verified identity covers."""
    ses, sender = env.email.ses, env.email.sender.email
    if ses is None or ses.region is None or sender is None:
        return
    state = observed.account(env)
    if state.sender_unknown:
        yield Skipped(f"`{sender.setting}` of `{env.name}`: {state.sender_unknown}")
    elif state.sender != "verified":
        what = "has not verified" if state.sender == "unverified" else "knows no identity for"
        why = f" ({state.detail})" if state.detail else ""
        yield Finding(
            f"SES {what} `{sender.data}` in `{ses.region.data}`{why}",
            primary=Label(sender, "sends"),
            related=(Label(ses.region, "in this region"),),
            help=f"verify its domain there: `aws sesv2 create-email-identity --region {ses.region.data}"
            f" --email-identity {sender.data.rpartition('@')[2]}`",
        )
