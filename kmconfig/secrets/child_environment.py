"""The environment that child processes get: everything but secrets and what opens a secret store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.reference import SecretRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kmconfig.environment.stores import StoreSettings

LOGIN_SECRETS = frozenset(
    {
        *("VAULT_TOKEN", "BAO_TOKEN"),
        *("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        *("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_RUNTIME_TOKEN"),
        *("CI_JOB_JWT", "CI_JOB_JWT_V1", "CI_JOB_JWT_V2"),
    }
)
"""Variables that hold what Vault's and AWS's clients, GitHub and GitLab log in with, whoever set them."""

# An id without its key makes AWS's clients fail instead of looking elsewhere.
_TAKEN_ALONG = frozenset({"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"})


def scrubbed_environment(
    environ: Mapping[str, str], refs: Iterable[SecretRef], *, stores: StoreSettings | None = None
) -> dict[str, str]:
    """Return ``environ`` for a child process, without the variables that hold secrets.

    These are those of ``refs``, those that ``stores`` are opened with, and the usual ones of Vault, AWS and CI.
    """
    wanted = (*refs, *login_references(stores)) if stores is not None else tuple(refs)
    dropped = LOGIN_SECRETS | _TAKEN_ALONG | {ref.name for ref in wanted if ref.source == "env"}
    return {name: value for name, value in environ.items() if name not in dropped}


def login_references(stores: StoreSettings) -> Iterator[SecretRef]:
    """The references that the stores themselves are opened with, and the key of fingerprints."""
    login = stores.vault.login if stores.vault is not None else None
    found = (login.name, login.secret) if login is not None else ()
    of_packages = (ref for block in stores.packages for _, ref in block.references)
    for ref in (*found, stores.fingerprint_key, *of_packages):
        if isinstance(ref, SecretRef):
            yield ref
