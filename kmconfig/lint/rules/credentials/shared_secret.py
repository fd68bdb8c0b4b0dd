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

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.lint.surroundings import Surroundings
    from kmconfig.source.value import Value


_SHOWN = 3


def identities(env: Environment) -> Iterator[Hashable]:
    """The secrets of an environment."""
    for reference in credentials(env):
        yield identity_of(reference.data, env)


def sharing(reference: Value[SecretRef], env: Environment, surroundings: Surroundings) -> tuple[Environment, ...]:
    """All environments with this secret, if production and another tier are among them."""
    found = surroundings.index(identities).get(identity_of(reference.data, env), ())
    tiers = {other.tier for other in found}
    return found if "production" in tiers and len(tiers) > 1 else ()


@project_rule("KM308", "shared-secret", severity="E/W/–")
def check(env: Environment, surroundings: Surroundings) -> Iterator[Finding]:
    """Compare the secrets of production with those of the other tiers."""
    for reference in credentials(env):
        found = sharing(reference, env, surroundings)
        if not found:
            continue
        others = [other for other in found if other.tier != env.tier][:_SHOWN]
        yield Finding(
            f"{_names(found)} share the secret `{reference.data}`",
            primary=Label(reference, "the same secret"),
            related=tuple(_label(other, reference, env) for other in others),
            help="give each tier a login of its own, under a path of its own",
        )


def _label(other: Environment, reference: Value[SecretRef], env: Environment) -> Label:
    same = identity_of(reference.data, env)
    theirs = next(found for found in credentials(other) if identity_of(found.data, other) == same)
    return Label(theirs, f"in {other.name}")


def _names(found: tuple[Environment, ...]) -> str:
    names = sorted(environment.name for environment in found)
    shown = [f"`{name}`" for name in names[:_SHOWN]]
    if len(names) > _SHOWN:
        return f"{', '.join(shown)} and {len(names) - _SHOWN} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}"
