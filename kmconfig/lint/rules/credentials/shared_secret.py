"""
Production and another tier log in with the same secret. Whoever works on staging can send mail in production's
name, a test that runs wild uses up production's limits, and neither can be locked out without the other.

Give each tier a login of its own, and refer to it under a path of its own. A path counts as the same where it leads
into the same store: another Vault address, namespace or mount is another secret.

```yaml bad name=production
email:
  smtp:
    password: {vault: keymanager/shared/smtp#password, max_age: 90d}  # KM308
```

```yaml bad name=staging tier=staging
email:
  smtp:
    password: {vault: keymanager/shared/smtp#password, max_age: 90d}  # KM308
```

```yaml good name=production
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```

```yaml good name=staging tier=staging
email:
  smtp:
    password: {vault: keymanager/staging/smtp#password, max_age: 90d}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import project_rule
from kmconfig.lint.rules.references import credentials, identity_of
from kmconfig.lint.surroundings import mark_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.surroundings import Mark, Sketch, Surroundings


_SHOWN = 3


def uses(env: Environment) -> tuple[tuple[str, str, Mark], ...]:
    """The secrets of an environment: what tells each from others, the reference, and where it stands."""
    return tuple(
        (identity_of(reference.data, env), str(reference.data), mark_of(env, reference))
        for reference in credentials(env)
    )


def sharing(identity: str, surroundings: Surroundings) -> Sequence[Sketch]:
    """All environments with a secret, if production and another tier are among them."""
    found = surroundings.shared(_identities).get(identity, ())
    tiers = {other.tier for other in found}
    return found if "production" in tiers and len(tiers) > 1 else ()


@project_rule("KM308", "shared-secret", severity="E/W/–", facts=(uses,))
def check(env: Sketch, surroundings: Surroundings) -> Iterator[Finding]:
    """Compare the secrets of production with those of the other tiers."""
    for identity, reference, place in env[uses]:
        found = sharing(identity, surroundings)
        if not found:
            continue
        others = [other for other in found if other.tier != env.tier][:_SHOWN]
        yield Finding(
            f"{_names(found)} share the secret `{reference}`",
            primary=Label(place, "the same secret"),
            related=tuple(_label(other, identity) for other in others),
            help="give each tier a login of its own, under a path of its own",
        )


def _identities(env: Sketch) -> Iterator[str]:
    for identity, _, _ in env[uses]:
        yield identity


def _label(other: Sketch, identity: str) -> Label:
    theirs = next(mark for same, _, mark in other[uses] if same == identity)
    return Label(theirs, f"in {other.name}")


def _names(found: Sequence[Sketch]) -> str:
    names = sorted(environment.name for environment in found)
    shown = [f"`{name}`" for name in names[:_SHOWN]]
    if len(names) > _SHOWN:
        return f"{', '.join(shown)} and {len(names) - _SHOWN} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}"
