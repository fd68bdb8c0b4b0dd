from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import VaultLogin, VaultSettings
from tests.secrets.vault.asking import PASSWORD, PATH, SECRET_ID, VALUE, approle, let_approle_in, opened, problem, text
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.secrets.secret import Secret
    from tests.servers.vault.release import Flavour

TOKEN = SecretRef("env", "CI_TOKEN")


def test_a_declared_token_goes_before_all_others(vault: VaultServer) -> None:
    login = VaultLogin("token", "token", secret=TOKEN)
    with opened(vault, login=login, secrets={TOKEN: vault.root_token}, environ={"VAULT_TOKEN": "wrong"}) as store:
        assert text(store) == VALUE
        assert store.identity() == "token from env:CI_TOKEN"


def test_a_declared_token_that_is_not_there_is_not_replaced(vault: VaultServer) -> None:
    login = VaultLogin("token", "token", secret=TOKEN)
    with opened(vault, login=login, environ={"VAULT_TOKEN": vault.root_token}) as store:
        found = problem(store)
    assert (found.kind, found.help, vault.requests) == ("unreachable", "set it", [])
    assert "not logged in: `env:CI_TOKEN` is not set" in found.message


def test_the_variable_goes_before_the_file(vault: VaultServer, tmp_path: Path) -> None:
    (tmp_path / ".vault-token").write_text("wrong")
    with opened(vault, environ={"VAULT_TOKEN": vault.root_token, "HOME": str(tmp_path)}) as store:
        assert text(store) == VALUE
        assert store.identity() == "token from VAULT_TOKEN"


@pytest.mark.parametrize("end", ["", "\n"])
def test_the_file_that_vault_login_leaves_is_read(vault: VaultServer, tmp_path: Path, end: str) -> None:
    (tmp_path / ".vault-token").write_text(vault.root_token + end)
    with opened(vault, environ={"VAULT_TOKEN": "", "HOME": str(tmp_path)}) as store:
        assert text(store) == VALUE
        assert store.identity() == "token from ~/.vault-token"


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_without_any_token_nothing_is_sent(vault: VaultServer, tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / ".vault-token").write_text(content)
    with opened(vault, environ={"HOME": str(tmp_path)}) as store:
        found = problem(store)
    assert (found.kind, vault.requests) == ("unreachable", [])
    assert "there is no token in VAULT_TOKEN nor in ~/.vault-token" in found.message


def test_a_token_file_that_anybody_may_write_is_refused(vault: VaultServer, tmp_path: Path) -> None:
    (tmp_path / ".vault-token").write_text(vault.root_token)
    (tmp_path / ".vault-token").chmod(0o666)
    with opened(vault, environ={"HOME": str(tmp_path)}) as store:
        assert "can be written by every user" in problem(store).message
    assert vault.requests == []


@pytest.mark.parametrize("token", ["hvs.a\r\nX-Vault-Policy: root", "hvs.ключ", "two tokens", "x" * 9000])
def test_what_cannot_be_a_token_is_not_sent_and_not_shown(vault: VaultServer, token: str) -> None:
    with opened(vault, environ={"VAULT_TOKEN": token}) as store:
        found = problem(store)
    assert vault.requests == []
    assert "characters that no token has" in found.message
    assert token[:6] not in repr(found)


def test_a_supplied_token_is_never_revoked(vault: VaultServer) -> None:
    token = vault.token(policies=["root"])
    with opened(vault, environ={"VAULT_TOKEN": token}) as store:
        text(store)
    assert vault.alive(token)
    assert vault.revoked == []


def test_our_own_login_is_ended(vault: VaultServer) -> None:
    let_approle_in(vault)
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        text(store)
        asked_as = store.identity()
    assert asked_as == store.identity() == f"approle login, accessor {vault.issued[0]}"
    assert vault.revoked == vault.issued
    assert vault.requests[-1].path == "auth/token/revoke-self"


def test_a_store_that_was_not_asked_sends_nothing(vault: VaultServer) -> None:
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        assert store.identity() == "approle login"
    assert vault.requests == []


@pytest.mark.parametrize("status", [403, 500])
def test_a_login_that_cannot_be_ended_is_warned_of(
    vault: VaultServer, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    let_approle_in(vault)
    vault.fail_next(None, status=status, body={"errors": [VALUE]}, path_prefix="auth/token/revoke-self")
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        assert text(store) == VALUE
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "approle login" in record.getMessage()
    assert "could not be ended" in record.getMessage()
    assert VALUE not in record.getMessage()


def test_all_tokens_are_made_known_to_be_masked(vault: VaultServer) -> None:
    let_approle_in(vault)
    known: list[Secret] = []
    with opened(vault, login=approle(), secrets=SECRET_ID, register=known.append) as store:
        text(store)
    with opened(vault, register=known.append) as store:
        text(store)
    own, supplied = (secret.reveal() for secret in known)
    assert own.startswith("hvs.")
    assert supplied == vault.root_token


def test_a_login_that_ends_during_the_run_is_made_again_once(vault: VaultServer) -> None:
    let_approle_in(vault, ttl=60)
    vault.put("other", {"password": "another"})
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        text(store)
        vault.advance(61)
        assert text(store, SecretRef("vault", "other", "password")) == "another"
        assert store.identity().endswith(vault.issued[1])
    assert len(vault.logins) == 2
    assert vault.revoked == vault.issued[1:]


def test_a_login_whose_uses_are_spent_is_made_again(vault: VaultServer) -> None:
    let_approle_in(vault, uses=1)
    vault.put("other", {"password": "another"})
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        assert text(store) == VALUE
        assert text(store, SecretRef("vault", "other", "password")) == "another"
    assert len(vault.logins) == 2


def test_a_supplied_token_that_ends_during_the_run_is_said_and_asked_no_more(vault: VaultServer) -> None:
    with opened(vault, environ={"VAULT_TOKEN": vault.token(policies=["root"], ttl=60)}) as store:
        text(store)
        vault.advance(61)
        found = problem(store, SecretRef("vault", "other", "password"))
        asked = len(vault.requests)
        problem(store, SecretRef("vault", "third", "password"))
        assert text(store) == VALUE
    assert found.kind == "unreachable"
    assert "Vault does not accept the token from VAULT_TOKEN" in found.message
    assert len(vault.requests) == asked == 3


@pytest.mark.parametrize(
    ("flavour", "version"), [("vault", "1.8.0"), ("vault", "1.17.0"), ("vault", "1.20.0+ent"), ("openbao", "2.4.1")]
)
def test_a_bad_token_is_told_from_a_policy_on_every_version(flavour: Flavour, version: str) -> None:
    with VaultServer(flavour=flavour, version=version) as vault:
        vault.put(PATH, {"password": VALUE})
        with opened(vault, environ={"VAULT_TOKEN": "hvs.wrong"}) as store:
            assert "does not accept the token" in problem(store).message
        with opened(vault, environ={"VAULT_TOKEN": vault.token()}) as store:
            assert problem(store).kind == "denied"


def test_a_denied_path_says_what_is_granted_and_as_whom_it_was_asked(vault: VaultServer) -> None:
    vault.policy("lister", {"secret/data/*": ["list", "create"]})
    token = vault.token(policies=["lister"])
    with opened(vault, environ={"VAULT_TOKEN": token}) as store:
        found = problem(store)
        problem(store, PASSWORD._replace(key="username"))
    assert found.kind == "denied"
    assert f"`read` is missing on `secret/data/{PATH}`" in found.message
    assert "grant `create`, `list` there" in found.message
    assert f"(Vault at {vault.address}, token from VAULT_TOKEN, accessor {vault.accessor(token)})" in found.message
    assert [seen.path for seen in vault.requests] == [
        f"secret/data/{PATH}",
        "auth/token/lookup-self",
        "sys/capabilities-self",
    ]


def test_kv_1_is_denied_at_its_own_path(vault: VaultServer) -> None:
    vault.mount("kv1", kv=1)
    settings = VaultSettings(None, mount="kv1", kv=1)
    with opened(vault, settings=settings, environ={"VAULT_TOKEN": vault.token()}) as store:
        assert f"`kv1/{PATH}`: the login's policies grant nothing there" in problem(store).message


def test_an_explicit_denial_is_not_shown_as_a_grant(vault: VaultServer) -> None:
    vault.policy("never", {"secret/data/*": ["deny"]})
    with opened(vault, environ={"VAULT_TOKEN": vault.token(policies=["never"])}) as store:
        assert "grant nothing there" in problem(store).message


def test_a_denial_against_the_policies_is_said_to_be_one(vault: VaultServer) -> None:
    vault.policy("reader", {"secret/data/*": ["read"]})
    vault.fail_next(None, status=403, body={"errors": ["permission denied"]}, path_prefix="secret/")
    with opened(vault, environ={"VAULT_TOKEN": vault.token(policies=["reader"])}) as store:
        found = problem(store)
    assert found.kind == "denied"
    assert "denied although a policy grants it" in found.message


def test_a_fresh_login_that_may_not_look_itself_up_is_not_made_again(vault: VaultServer) -> None:
    let_approle_in(vault, policies=())
    vault.fail_next(None, status=403, body={"errors": []}, path_prefix="auth/token/lookup-self")
    vault.fail_next(None, status=403, body={"errors": []}, path_prefix="sys/capabilities-self")
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        found = problem(store)
    assert found.kind == "denied"
    assert f"the login may not `read` `secret/data/{PATH}`" in found.message
    assert len(vault.logins) == 1
