"""
The sender name pretends to be somebody else: a friend, an answer that nobody asked for (`Re:`), a company that runs
mail services, or another address than the one that sends. Receivers treat it as fraud, and so do customers.

Use the name of your company or product. A name that stands in `application.name` or in your own domain is yours.

```yaml bad
email:
  sender:
    name: Your Friend  # KM404
```

```yaml bad
email:
  sender:
    name: "Re: Acme License"  # KM404
```

```yaml bad
email:
  sender:
    name: Microsoft Licensing  # KM404
```

```yaml bad
email:
  sender:
    name: Acme licensing@acme.example  # KM404
```

```yaml good
email:
  sender:
    name: Acme License Team
```

```yaml bad tier=development
email:
  sender:
    name: Your Bank  # KM404
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.providers.registry import providers, remembered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment


_PRETENDED = (
    r"\b(?:your|a|an old|my) (?:friend|bank|boss|colleague|neighbou?r|doctor|lawyer|mum|mom|dad)\b"
    r"|^\s*(?:re|fwd?|aw|wg|sv|tr)\s*:"
)
_ADDRESS = r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+"


@remembered
def _company() -> re.Pattern[str]:
    companies = (company for provider in providers() for company in provider.companies)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, companies))})\b", re.IGNORECASE)


def misleading_in(env: Environment) -> str | None:
    """What a sender name pretends, in words that can stand behind "the sender name"; None where it does not."""
    name = env.email.sender.name.data
    pretended = re.search(_PRETENDED, name, re.IGNORECASE)
    if pretended is not None:
        return f"pretends to be what it is not: `{pretended[0].strip()}`"
    if re.search(_ADDRESS, name) is not None:
        return "holds an address, which need not be the one that sends"
    company = _company().search(name)
    if company is not None and not _is_own(company[0], env):
        return f"names another company: `{company[0]}`"
    return None


def _is_own(company: str, env: Environment) -> bool:
    sender, application = env.email.sender.email, env.application.name
    domain = sender.data.rpartition("@")[2].lower() if sender is not None else ""
    own = f"{application.data.lower() if application.written else ''} {domain.replace('.', ' ').replace('-', ' ')}"
    return re.search(rf"\b{re.escape(company.lower())}\b", own) is not None


@rule("KM404", "misleading-sender-name", severity="W/W/n")
def check(env: Environment) -> Iterator[Finding]:
    """Look for names that pretend."""
    name, misleading = env.email.sender.name, misleading_in(env)
    if misleading is None:
        return
    yield Finding(
        f"the sender name {misleading}",
        primary=Label(name, "the sender name"),
        related=() if name.written else (Label(env.application.name, "it is taken from here"),),
        help="write the name of your company or product",
    )
