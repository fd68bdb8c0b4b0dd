from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from tests.secrets.vault.asking import (
    PASSWORD,
    PATH,
    SECRET_ID,
    VALUE,
    approle,
    let_approle_in,
    method,
    opened,
    problem,
    text,
)
from tests.secrets.vault.identities import JWT, let_jwt_in, signed

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.secrets.secret import Secret
    from tests.servers.vault.server import VaultServer


@pytest.fixture(autouse=True)
def _reader(vault: VaultServer) -> None:
    vault.policy("reader", {"secret/data/*": ["read"]})


def logged_in_once(vault: VaultServer, path: str) -> bool:
    """One login at ``path``, no token with it, and ended in the end."""
    (login,) = vault.logins
    return login.path == path and not login.token_sent and vault.revoked == vault.issued and len(vault.issued) == 1


def test_approle(vault: VaultServer) -> None:
    let_approle_in(vault)
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        assert text(store) == VALUE
        text(store, PASSWORD._replace(version=1))
    assert logged_in_once(vault, "auth/approle/login")


def test_a_role_id_may_be_a_secret_and_is_then_not_shown(vault: VaultServer) -> None:
    let_approle_in(vault)
    role_id = SecretRef("env", "ROLE_ID")
    with opened(vault, login=approle(role_id=role_id), secrets={**SECRET_ID, role_id: "role-1"}) as store:
        assert text(store) == VALUE
        assert "role-1" not in store.identity()


def test_another_mount_of_a_method_is_used_and_named(vault: VaultServer) -> None:
    vault.approle(role_id="role-1", secret_id="the-secret-id", policies=["reader"], mount="team/approle")
    login = approle()._replace(mount="team/approle")
    with opened(vault, login=login, secrets=SECRET_ID) as store:
        assert text(store) == VALUE
        assert store.identity().startswith("approle login at `team/approle`, accessor ")
    assert logged_in_once(vault, "auth/team/approle/login")


def test_userpass_with_a_name_that_is_no_path(vault: VaultServer) -> None:
    password = SecretRef("env", "VAULT_PASSWORD")
    vault.userpass("kmconfig", "correct horse", ["reader"])
    login = method("userpass", name="kmconfig", secret=password)
    with opened(vault, login=login, secrets={password: "correct horse"}) as store:
        assert text(store) == VALUE
        assert store.identity().startswith("userpass login as `kmconfig`, accessor ")
    assert logged_in_once(vault, "auth/userpass/login/kmconfig")
    odd = login._replace(name="../../token/lookup-self")
    with opened(vault, login=odd, secrets={password: "correct horse"}) as store:
        assert problem(store).kind == "unreachable"
    assert vault.requests[-1].path == "auth/userpass/login/../../token/lookup-self"


def test_kubernetes_reads_the_pods_token_anew(vault: VaultServer, tmp_path: Path) -> None:
    vault.kubernetes_role("kmconfig", "service-account-token", ["reader"])
    (tmp_path / "token").write_text("service-account-token\n")
    known: list[Secret] = []
    login = method("kubernetes", role="kmconfig", token_file="token")
    with opened(vault, login=login, root=tmp_path, register=known.append) as store:
        assert text(store) == VALUE
    assert logged_in_once(vault, "auth/kubernetes/login")
    assert known[0].reveal().strip() == "service-account-token"


def test_outside_a_pod_kubernetes_says_which_file_is_missing(vault: VaultServer, tmp_path: Path) -> None:
    login = method("kubernetes", role="kmconfig", token_file="token")
    with opened(vault, login=login, root=tmp_path) as store:
        assert f"`{tmp_path}/token` does not exist" in problem(store).message
    assert vault.requests == []


def test_a_jwt_from_a_variable_of_the_ci_system(vault: VaultServer) -> None:
    let_jwt_in(vault)
    with opened(vault, login=method("jwt", role="kmconfig", secret=JWT), secrets={JWT: signed() + "\n"}) as store:
        assert text(store) == VALUE
        assert store.identity().startswith("jwt login as `kmconfig`, accessor ")
    assert logged_in_once(vault, "auth/jwt/login")


AWS_KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "an-example-key-for-signing",
    "AWS_SESSION_TOKEN": "session",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.mark.parametrize("region", [None, "eu-west-1", "cn-north-1"])
@pytest.mark.parametrize("header_value", [None, "vault.acme.example"])
def test_aws(vault: VaultServer, monkeypatch: pytest.MonkeyPatch, region: str | None, header_value: str | None) -> None:
    for name, value in AWS_KEYS.items():
        monkeypatch.setenv(name, value)
    vault.aws_role(
        "kmconfig",
        access_key="AKIDEXAMPLE",
        secret_key="an-example-key-for-signing",
        session_token="session",
        server_id=header_value or "",
        policies=["reader"],
    )
    login = method("aws", role="kmconfig", region=region, header_value=header_value)
    with opened(vault, login=login) as store:
        assert text(store) == VALUE
    assert logged_in_once(vault, "auth/aws/login")


def test_without_aws_credentials_nothing_is_sent(vault: VaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with opened(vault, login=method("aws", role="kmconfig")) as store:
        assert "gives no usable credentials" in problem(store).message
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with opened(vault, login=method("aws", role="kmconfig")) as store:
        assert "gives no usable credentials" in problem(store).message
    assert vault.requests == []


def test_each_refused_login_says_what_to_look_at(vault: VaultServer, tmp_path: Path) -> None:
    let_approle_in(vault)
    let_jwt_in(vault)
    vault.userpass("kmconfig", "correct horse", ["reader"])
    vault.kubernetes_role("kmconfig", "service-account-token", ["reader"])
    (tmp_path / "token").write_text("another")
    wrong = {SecretRef("env", "SECRET_ID"): "wrong"}
    bad = {
        approle(): (wrong, "secret id"),
        method("userpass", name="kmconfig", secret=JWT): ({JWT: "wrong"}, "password"),
        method("kubernetes", role="kmconfig", token_file="token"): ({}, "service account"),
        method("jwt", role="kmconfig", secret=JWT): ({JWT: signed(aud="other")}, "bound_audiences"),
        method("jwt", role="kmconfig", secret=JWT)._replace(audience="a"): ({JWT: signed(sub="x")}, "bound_subject"),
        method("jwt", role="nobody", secret=JWT): ({JWT: signed()}, "correct `role`"),
        method("jwt", role="kmconfig", secret=JWT, mount="other"): ({JWT: signed()}, "a `mount` that is not there"),
        method("jwt", role="kmconfig", secret=JWT, audience="b"): ({JWT: "no.jwt.atall"}, "bound audiences"),
    }
    for login, (secrets, remedy) in bad.items():
        with opened(vault, login=login, secrets=secrets, root=tmp_path) as store:
            found = problem(store)
            problem(store, SecretRef("vault", "other", "password"))
        assert (found.kind, remedy in (found.help or "")) == ("unreachable", True), (login, found)
        assert "not logged in" in found.message
        assert not [value for value in secrets.values() if value in found.message]
    assert len(vault.requests) == len(bad)


def test_a_role_of_aws_that_is_not_there(vault: VaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in AWS_KEYS.items():
        monkeypatch.setenv(name, value)
    vault.aws_role("kmconfig", access_key="AKIDEXAMPLE", secret_key="other", server_id="vault.acme.example")
    with opened(vault, login=method("aws", role="kmconfig")) as store:
        assert "header_value" in (problem(store).help or "")
    nobody = method("aws", role="nobody", header_value="vault.acme.example")
    with opened(vault, login=nobody) as store:
        assert "there is no such role" in problem(store).message


@pytest.mark.parametrize("auth", [None, {}, {"client_token": ""}, {"client_token": 7}, {"client_token": "a b"}])
def test_a_login_without_a_token_is_none(vault: VaultServer, auth: object) -> None:
    vault.fail_next(None, status=200, body={"auth": auth}, path_prefix="auth/approle/login")
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        assert problem(store).kind == "unreachable"
    assert len(vault.requests) == 1


def test_a_batch_token_is_left_to_end_by_itself(vault: VaultServer) -> None:
    auth = {"client_token": vault.root_token, "accessor": "", "token_type": "batch"}
    vault.fail_next(1, status=200, body={"auth": auth}, path_prefix="auth/approle/login")
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        assert text(store) == VALUE
    assert [seen.path for seen in vault.requests] == ["auth/approle/login", f"secret/data/{PATH}"]


@pytest.mark.parametrize("login", [method("approle"), method("userpass"), approle()._replace(secret=None)])
def test_an_incomplete_login_is_said_and_not_sent(vault: VaultServer, login: object) -> None:
    with opened(vault, login=login, secrets=SECRET_ID) as store:  # type: ignore[arg-type]
        assert problem(store).help == "complete `stores.vault.auth`"
    assert vault.requests == []


def test_a_method_that_is_not_there_is_named(vault: VaultServer) -> None:
    vault.fail_next(1, status=404, body={"errors": ["no handler for route 'auth/approle/login'"]}, path_prefix="auth/")
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        assert "nothing answers at `auth/approle`" in problem(store).message
