"""
An ExternalSecret fetches secrets into the cluster, and this one lies where no cluster can reach it: in a variable, a
file or a `.env` of the machine that runs kmconfig. Or the secrets lie in different stores, while one ExternalSecret
fetches from one. Plan and apply refuse both.

Keep the secrets in Vault, Secrets Manager or Parameter Store, all of them in the same. Or write
`secrets: secret_ref`, and put a Secret with these keys into the cluster yourself.

```yaml bad tier=staging
email:
  smtp:
    password: {file: /run/secrets/smtp-password, max_age: 90d}  # KM509
target:
  kubernetes:
    directory: deploy/staging
    namespace: keymanager
    name: keymanager-mail
    secrets: external_secret
```

```yaml good tier=staging
email:
  smtp:
    password: {vault: keymanager/staging/smtp#password, max_age: 90d}
target:
  kubernetes:
    directory: deploy/staging
    namespace: keymanager
    name: keymanager-mail
    secrets: external_secret
```

```yaml good tier=staging
email:
  smtp:
    password: {file: /run/secrets/smtp-password, max_age: 90d}
target:
  kubernetes:
    directory: deploy/staging
    namespace: keymanager
    name: keymanager-mail
    secrets: secret_ref
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.references import references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment

_FETCHED = frozenset(("vault", "aws_secret", "ssm"))


@rule("KM509", "secret-out-of-reach", severity="E/E/E")
def check(env: Environment) -> Iterator[Finding]:
    """Look for secrets that an ExternalSecret could not fetch."""
    kind = env.get("target", "kubernetes", "secrets")
    if env.get("target", "kubernetes") is None or (kind is not None and kind.data != "external_secret"):
        return
    driver = env.email.driver.data
    mailed = [reference for reference in references(env) if reference.path[:2] == ("email", driver)]
    for reference in mailed:
        if reference.data.source not in _FETCHED:
            yield Finding(
                f"a cluster cannot fetch a secret from `{reference.data.source}`",
                primary=Label(reference, "set here"),
                help="keep it in Vault or AWS, or write `target.kubernetes.secrets: secret_ref`",
            )
    fetched = [reference for reference in mailed if reference.data.source in _FETCHED]
    for other in fetched[1:]:
        if other.data.source != fetched[0].data.source:
            yield Finding(
                f"one ExternalSecret cannot fetch from both `{fetched[0].data.source}` and `{other.data.source}`",
                primary=Label(other, "set here"),
                related=(Label(fetched[0], "the other store"),),
                help="keep both secrets in the same store, or write `target.kubernetes.secrets: secret_ref`",
            )
