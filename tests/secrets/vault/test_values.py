from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import VaultSettings
from tests.secrets.vault.asking import PASSWORD, PATH, VALUE, opened, problem, text

if TYPE_CHECKING:
    from kmconfig.secrets.store import ProblemKind
    from tests.servers.vault.server import VaultServer


def test_a_text_is_taken_exactly(vault: VaultServer) -> None:
    vault.put("odd", {"v": " 007\n'\"ключ\u2028"})
    with opened(vault) as store:
        assert text(store, SecretRef("vault", "odd", "v")) == " 007\n'\"ключ\u2028"


def test_kv_1_is_read_from_its_own_mount(vault: VaultServer) -> None:
    vault.mount("kv1", kv=1)
    vault.put("a/b", {"password": VALUE}, mount="kv1")
    with opened(vault, settings=VaultSettings(None, mount="kv1", kv=1)) as store:
        assert text(store, SecretRef("vault", "a/b", "password")) == VALUE
    assert [seen.path for seen in vault.requests] == ["kv1/a/b"]


def test_another_mount_and_odd_names_reach_the_server_as_they_are(vault: VaultServer) -> None:
    vault.put("ключ/a+b & c", {"password": VALUE}, mount="team/kv")
    with opened(vault, settings=VaultSettings(None, mount="team/kv")) as store:
        assert text(store, SecretRef("vault", "ключ/a+b & c", "password")) == VALUE


@pytest.mark.parametrize("version", [1, "1", "01"])
def test_a_pinned_version_is_read(vault: VaultServer, version: int | str) -> None:
    vault.put(PATH, {"password": "a newer one"})
    with opened(vault) as store:
        assert text(store, PASSWORD._replace(version=version)) == VALUE
        assert text(store) == "a newer one"


@pytest.mark.parametrize("version", [0, -1, True, "", "latest", "1.0", "²", "9" * 30])
def test_a_pin_that_is_no_version_is_said_without_asking(vault: VaultServer, version: int | str) -> None:
    with opened(vault) as store:
        found = problem(store, PASSWORD._replace(version=version))
    assert (found.kind, vault.requests) == ("invalid", [])
    assert "version" in found.message


def test_kv_1_has_nothing_to_pin(vault: VaultServer) -> None:
    with opened(vault, settings=VaultSettings(None, kv=1)) as store:
        found = problem(store, PASSWORD._replace(version=1))
    assert (found.kind, vault.requests) == ("refused", [])
    assert "KV version 1 keeps no versions" in found.message


@pytest.mark.parametrize("path", ["../sys/health", "a/./b", "a/../b", "/a", "a/", "a//b", "a\nb", "."])
def test_a_path_that_leads_elsewhere_is_not_sent(vault: VaultServer, path: str) -> None:
    with opened(vault) as store:
        answer = store.resolve((SecretRef("vault", path, "k"),))[SecretRef("vault", path, "k")]
    assert getattr(answer, "kind", None) == "refused"
    assert vault.requests == []


def test_a_reference_without_a_key_is_not_sent(vault: VaultServer) -> None:
    with opened(vault) as store:
        found = problem(store, SecretRef("vault", PATH))
    assert (found.kind, vault.requests) == ("invalid", [])
    assert f"{PATH}#" in (found.help or "")


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (7, "invalid", "a number"),
        (7.5, "invalid", "a number"),
        (True, "invalid", "a boolean"),
        (None, "invalid", "null"),
        ({"a": VALUE}, "invalid", "an object"),
        ([VALUE], "invalid", "a list"),
        ("", "invalid", "empty"),
        ("a\0b", "invalid", "NUL"),
    ],
)
@pytest.mark.parametrize("kv", [1, 2])
def test_what_is_no_text_is_not_made_one(vault: VaultServer, value: Any, kind: ProblemKind, said: str, kv: int) -> None:
    vault.mount("kv", kv=kv)
    vault.put("x", {"v": value}, mount="kv")
    with opened(vault, settings=VaultSettings(None, mount="kv", kv=kv)) as store:
        found = problem(store, SecretRef("vault", "x", "v"))
    assert found.kind == kind
    assert said in found.message


@pytest.mark.parametrize(
    ("key", "help_says"), [("pasword", "did you mean `password`?"), ("xyz", "it has `password`, `username`")]
)
def test_a_missing_key_names_the_keys_there_are(vault: VaultServer, key: str, help_says: str) -> None:
    with opened(vault) as store:
        found = problem(store, SecretRef("vault", PATH, key))
    assert (found.kind, found.help) == ("missing", help_says)


def test_many_or_odd_keys_are_not_all_named(vault: VaultServer) -> None:
    vault.put("many", {f"k{number:02}": VALUE for number in range(20)} | {"a\nb": VALUE, "z" * 100: VALUE})
    with opened(vault) as store:
        found = problem(store, SecretRef("vault", "many", "nothing"))
    assert found.help == "it has `k00`, `k01`, `k02`, `k03`, `k04`, `k05`, `k06`, `k07` and more"


def test_a_secret_without_keys_says_so(vault: VaultServer) -> None:
    vault.put("bare", {})
    with opened(vault) as store:
        assert problem(store, SecretRef("vault", "bare", "k")).help == "it has no keys"


def test_twenty_references_at_two_paths_cost_two_reads(vault: VaultServer) -> None:
    for path in ("a", "b"):
        vault.put(path, {f"k{number}": f"{VALUE}-{number}" for number in range(10)})
    refs = [SecretRef("vault", path, f"k{number}") for path in ("a", "b") for number in range(10)]
    with opened(vault) as store:
        first, second = store.resolve(refs), store.resolve(refs)
    assert first == second
    assert len(first) == 20
    assert [seen.path for seen in vault.requests] == ["secret/data/a", "secret/data/b"]


def test_requests_are_marked_as_of_a_client_of_vault(vault: VaultServer) -> None:
    with opened(vault) as store:
        text(store)
    (seen,) = vault.requests
    assert seen.headers["x-vault-request"] == "true"
    assert "x-vault-namespace" not in seen.headers
    assert "cookie" not in seen.headers


def test_a_token_for_one_use_reads_one_path(vault: VaultServer) -> None:
    vault.policy("reader", {"secret/data/*": ["read"]})
    with opened(vault, environ={"VAULT_TOKEN": vault.token(policies=["reader"], uses=1)}) as store:
        assert text(store) == VALUE
        assert text(store, PASSWORD._replace(key="username")) == "apikey"
    assert len(vault.requests) == 1
