"""How External Secrets finds what a reference of ours points to.

The providers' rules: https://external-secrets.io/latest/provider/hashicorp-vault/ and its neighbours for AWS.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.environment.stores import stores_of
from kmconfig.errors import ConfigurationError
from kmconfig.secrets.aws.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.source.value import Value

#: Source to the SecretStore that is meant where the environment names none.
STORES = {"vault": "vault", "aws_secret": "aws-secrets-manager", "ssm": "aws-parameter-store"}

_PATTERN = re.compile(r"[*?|#@!{}\[\]()\\]")


class RemoteRef(NamedTuple):
    """Key, property and version as a ``remoteRef`` says them."""

    key: str
    property: str | None = None
    version: str | None = None

    def __str__(self) -> str:
        text = self.key if self.property is None else f"{self.key}#{self.property}"
        return text if self.version is None else f"{text} version {self.version}"


def remote_ref(reference: Value[SecretRef], environment: Environment) -> RemoteRef:
    """What fetches a secret into the cluster.

    Raises ConfigurationError where a cluster cannot: the secret lies on this machine, or its key would be taken for a
    pattern.
    """
    rule = _RULES.get(reference.data.source)
    if rule is None:
        raise ConfigurationError(
            f"`{reference.setting}` refers to `{reference.data}` ({reference.span}), which a cluster cannot fetch",
            help="keep the secret in Vault or AWS, or say `secrets: secret_ref` in `target.kubernetes` and name a"
            " Secret that exists",
        )
    return rule(reference, environment)


def store_name(references: Iterable[Value[SecretRef]]) -> str:
    """The SecretStore for secrets that all lie in one kind of store. Raises ConfigurationError where they do not."""
    first, *others = references
    for other in others:
        if other.data.source != first.data.source:
            raise ConfigurationError(
                f"`{first.setting}` lies in `{first.data.source}` and `{other.setting}` in `{other.data.source}`"
                f" ({other.span}); one ExternalSecret fetches from one store",
                help="keep both secrets in the same store, or say `secrets: secret_ref` in `target.kubernetes`",
            )
    return STORES[first.data.source]


def _vault(reference: Value[SecretRef], environment: Environment) -> RemoteRef:
    """With the mount, so that a SecretStore of another mount finds nothing rather than something else."""
    vault = stores_of(environment).vault
    ref = reference.data
    mount = vault.mount if vault is not None else "secret"
    return RemoteRef(f"{mount}/{ref.name}", ref.key, _text(ref.version))


def _aws_secret(reference: Value[SecretRef], environment: Environment) -> RemoteRef:  # noqa: ARG001
    ref = reference.data
    if ref.key is not None and _PATTERN.search(ref.key):
        raise ConfigurationError(
            f"`{reference.setting}` ({reference.span}) names the key `{ref.key}`, in which External Secrets sees a"
            " pattern",
            help="give the key of the secret a name of letters, digits, dots and hyphens",
        )
    wanted = Wanted.by(ref)
    version = None if not wanted.pinned else wanted.stage if wanted.id is None else f"uuid/{wanted.id}"
    return RemoteRef(ref.name, ref.key, version)


def _parameter(reference: Value[SecretRef], environment: Environment) -> RemoteRef:  # noqa: ARG001
    return RemoteRef(reference.data.name, None, _text(reference.data.version))


def _text(version: str | int | None) -> str | None:
    return None if version is None else str(version)


_RULES: dict[str, Callable[[Value[SecretRef], Environment], RemoteRef]] = {
    "vault": _vault,
    "aws_secret": _aws_secret,
    "ssm": _parameter,
}
