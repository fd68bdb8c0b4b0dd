from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.stores import VaultSettings
from tests.secrets.vault.asking import PATH, SECRET_ID, VALUE, approle, opened, problem, text
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from tests.servers.vault.release import Flavour

PLATFORM = VaultSettings(None, namespace="platform")


def put(vault: VaultServer) -> None:
    """One secret in the root and another in the namespace."""
    vault.put(PATH, {"password": "the root's"})
    vault.namespace("platform")
    vault.mount("secret", namespace="platform")
    vault.put(PATH, {"password": VALUE}, namespace="platform")


@pytest.mark.parametrize(
    ("flavour", "version"), [("vault", "1.17.0+ent"), ("vault", "1.8.0+ent"), ("openbao", "2.4.1")]
)
def test_a_namespace_is_read_where_there_are_any(flavour: Flavour, version: str) -> None:
    with VaultServer(flavour=flavour, version=version) as vault:
        put(vault)
        with opened(vault, settings=PLATFORM) as store:
            assert text(store) == VALUE
            assert store.identity() == "token from VAULT_TOKEN, namespace `platform`"
        health, read = vault.requests
    assert (health.path, health.token_sent, "x-vault-namespace" in health.headers) == ("sys/health", False, False)
    assert read.headers["x-vault-namespace"] == "platform"


@pytest.mark.parametrize(
    ("flavour", "version"), [("vault", "1.17.0"), ("vault", "1.8.0"), ("vault", "2.4.0"), ("openbao", "2.2.0")]
)
def test_a_server_that_would_answer_from_its_root_is_not_asked(flavour: Flavour, version: str) -> None:
    with VaultServer(flavour=flavour, version=version) as vault:
        vault.put(PATH, {"password": VALUE})
        with opened(vault, settings=PLATFORM) as store:
            found = problem(store)
            problem(store)
        assert [seen.path for seen in vault.requests] == ["sys/health"]
    assert found.kind == "refused"
    assert f"the server (version {version}) has no namespaces" in found.message


def test_the_namespace_may_come_from_the_variable_and_that_is_said() -> None:
    with VaultServer(version="1.17.0+ent") as vault:
        put(vault)
        environ = {"VAULT_TOKEN": vault.root_token, "VAULT_NAMESPACE": "/platform/"}
        with opened(vault, environ=environ) as store:
            assert text(store) == VALUE
            assert store.identity() == "token from VAULT_TOKEN, namespace `platform` from VAULT_NAMESPACE"
        with opened(vault, settings=VaultSettings(None, namespace="other"), environ=environ) as store:
            assert "namespace `other`" in problem(store).message


def test_a_variable_that_is_no_path_is_not_sent() -> None:
    with VaultServer(version="1.17.0+ent") as vault:
        with opened(vault, environ={"VAULT_TOKEN": "t", "VAULT_NAMESPACE": "a\r\nX-Vault-Token: b"}) as store:
            assert "VAULT_NAMESPACE is no path" in problem(store).message
        assert vault.requests == []


def test_a_login_is_made_in_the_namespace() -> None:
    with VaultServer(version="1.17.0+ent") as vault:
        put(vault)
        vault.policy("reader", {"secret/data/*": ["read"]}, namespace="platform")
        vault.approle(role_id="role-1", secret_id="the-secret-id", policies=["reader"], namespace="platform")
        with opened(vault, settings=PLATFORM, login=approle(), secrets=SECRET_ID) as store:
            assert text(store) == VALUE
        assert vault.revoked == vault.issued


@pytest.mark.parametrize(
    "body", [{}, {"version": 7}, {"version": f"1.2 {VALUE}"}, {"version": "1.9" + "9" * 99}, "<html>"]
)
def test_a_health_page_without_a_version_is_no_yes(vault: VaultServer, body: object) -> None:
    vault.fail_next(None, status=200, body=body, path_prefix="sys/health")
    with opened(vault, settings=PLATFORM) as store:
        found = problem(store)
    assert found.kind == "unreachable"
    assert len(vault.requests) == 1


def test_a_sealed_server_says_that_it_is_sealed() -> None:
    with VaultServer(version="1.17.0+ent") as vault:
        vault.seal()
        with opened(vault, settings=PLATFORM) as store:
            assert "Vault is sealed" in problem(store).message
