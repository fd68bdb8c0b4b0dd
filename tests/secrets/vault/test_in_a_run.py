"""The store as a run opens it: shared by environments that declare it alike, its tokens masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import StoreSettings, VaultSettings
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.stores import Place, Stores
from tests.secrets.vault.asking import PASSWORD, VALUE, approle, let_approle_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.vault.server import VaultServer


def test_two_environments_share_one_login_and_one_read(vault: VaultServer, tmp_path: Path) -> None:
    let_approle_in(vault)
    masker = Masker()
    settings = StoreSettings(vault=VaultSettings(vault.address, login=approle()))
    with Stores(root=tmp_path, environ={"SECRET_ID": "the-secret-id"}, masker=masker) as stores:
        for tier in ("staging", "production"):
            resolved = stores.resolve((PASSWORD._replace(max_age="90d"),), place=Place(tier, settings))
            assert [secret.reveal() for secret in resolved.secrets.values()] == [VALUE]
        (login,) = stores.logins()
    assert (login.where, login.identity) == (vault.address, f"approle login, accessor {vault.issued[0]}")
    assert (len(vault.logins), len(vault.reads)) == (1, 1)
    assert vault.revoked == vault.issued


def test_a_token_from_the_environment_is_masked(vault: VaultServer, tmp_path: Path) -> None:
    masker = Masker()
    settings = StoreSettings(vault=VaultSettings(vault.address))
    with Stores(root=tmp_path, environ={"VAULT_TOKEN": vault.root_token}, masker=masker) as stores:
        stores.resolve((PASSWORD,), place=Place("production", settings))
    assert vault.root_token not in masker.mask(f"X-Vault-Token: {vault.root_token}")


def test_a_login_cannot_lie_in_the_vault_that_it_opens(vault: VaultServer, tmp_path: Path) -> None:
    login = approle()._replace(secret=SecretRef("vault", "km/login", "secret_id"))
    settings = StoreSettings(vault=VaultSettings(vault.address, login=login))
    with Stores(root=tmp_path, environ={}, masker=Masker()) as stores:
        (problem,) = stores.resolve((PASSWORD,), place=Place("production", settings)).problems
    assert "cannot lie in Vault" in problem.message
    assert vault.requests == []
