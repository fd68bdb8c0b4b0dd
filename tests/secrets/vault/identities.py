"""Identity tokens as a CI system signs them, and a Vault that takes them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kmconfig.environment.reference import SecretRef
from tests.servers.vault.jws import SigningKey

if TYPE_CHECKING:
    from tests.servers.vault.server import VaultServer

AUDIENCE = "https://vault.acme.example"
JWT = SecretRef("env", "VAULT_ID_TOKEN")
KEY = SigningKey.generate()


def signed(**claims: str) -> str:
    return KEY.sign({"iat": int(time.time()), "aud": AUDIENCE, "sub": "repo:acme/mail:ref:refs/heads/main"} | claims)


def let_jwt_in(vault: VaultServer) -> None:
    vault.policy("reader", {"secret/data/*": ["read"]})
    vault.jwt_role(
        "kmconfig",
        key=KEY.public_pem,
        audience=AUDIENCE,
        subject="repo:acme/mail:ref:refs/heads/main",
        policies=["reader"],
    )
