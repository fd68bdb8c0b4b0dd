"""Everything that can go wrong between here and a secret: one clear line each, never the server's own words."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import VaultSettings
from kmconfig.secrets.vault.address import Address
from kmconfig.secrets.vault.trust import proxy_for
from tests.secrets.vault.asking import PATH, SECRET_ID, VALUE, approle, opened, problem, text, undescribed
from tests.servers.ports import choose_ports

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kmconfig.secrets.store import ProblemKind
    from tests.servers.vault.server import VaultServer

PAGE = f"<html><h1>Sign in</h1>{{token}} {VALUE}</html>"


def html(vault: VaultServer) -> None:
    vault.garbage(PAGE, path_prefix="secret/")


def html_as_json(vault: VaultServer) -> None:
    vault.garbage(PAGE, path_prefix="secret/", content_type="application/json")


def html_error(vault: VaultServer) -> None:
    vault.garbage(PAGE, path_prefix="secret/", status=403)


def proxy_error(vault: VaultServer) -> None:
    vault.garbage(PAGE, path_prefix="secret/", status=502)


def nothing(vault: VaultServer) -> None:
    vault.fail_next(None, status=200, body=b"", path_prefix="secret/")


def deep(vault: VaultServer) -> None:
    vault.fail_next(None, status=200, body=b"[" * 200_000, path_prefix="secret/")


def huge(vault: VaultServer) -> None:
    vault.fail_next(None, status=200, body=b'{"data": "' + b"x" * 4 * 1024 * 1024 + b'"}', path_prefix="secret/")


def reflecting(vault: VaultServer) -> None:
    body = {"errors": [f"{VALUE} {{token}}"], "data": {"x": VALUE}}
    vault.fail_next(None, status=400, body=body, path_prefix="secret/")


def other_form(vault: VaultServer) -> None:
    vault.fail_next(None, status=200, body={"data": {"data": VALUE}}, path_prefix="secret/")


def odd_errors(vault: VaultServer) -> None:
    vault.fail_next(None, status=404, body={"errors": [7, {"a": VALUE}], "data": VALUE}, path_prefix="secret/")


def throttled(vault: VaultServer) -> None:
    vault.fail_next(None, status=429, path_prefix="secret/")


def not_replicated(vault: VaultServer) -> None:
    vault.fail_next(None, status=412, path_prefix="secret/")


def broken_inside(vault: VaultServer) -> None:
    vault.fail_next(None, status=500, body={"errors": [VALUE]}, path_prefix="secret/")


def read_only_standby(vault: VaultServer) -> None:
    vault.fail_next(None, status=473, body={"errors": [VALUE]}, path_prefix="secret/")


def sealed(vault: VaultServer) -> None:
    vault.seal()


def uninitialised(vault: VaultServer) -> None:
    vault.uninitialise()


def leaderless(vault: VaultServer) -> None:
    vault.standby(leader=None)


def gone(vault: VaultServer) -> None:
    vault.stop()


def another_engine(vault: VaultServer) -> None:
    vault.fail_next(None, status=404, body={"errors": []}, path_prefix="secret/")
    vault.fail_next(None, status=200, body={"data": {"type": "pki"}}, path_prefix="sys/internal/")


FAULTS: list[tuple[Callable[[VaultServer], None], ProblemKind, str]] = [
    (html, "unreachable", "with something that is not Vault's JSON"),
    (html_as_json, "unreachable", "with something that is not Vault's JSON"),
    (proxy_error, "unreachable", "not by Vault itself"),
    (nothing, "unreachable", "with something that is not Vault's JSON"),
    (deep, "unreachable", "with something that is not Vault's JSON"),
    (huge, "unreachable", "with something that is not Vault's JSON"),
    (html_error, "unreachable", "with something that is not Vault's JSON"),
    (reflecting, "unreachable", "status 400"),
    (other_form, "unreachable", "the answer holds no secret of KV version 2"),
    (odd_errors, "missing", f"nothing is at `secret/{PATH}`"),
    (throttled, "unreachable", "Vault is throttling requests"),
    (not_replicated, "unreachable", "has not replicated yet"),
    (broken_inside, "unreachable", "status 500 was answered by Vault"),
    (read_only_standby, "unreachable", "standby that forwards no requests"),
    (sealed, "unreachable", "Vault is sealed"),
    (uninitialised, "unreachable", "Vault is not initialised"),
    (leaderless, "unreachable", "the cluster has no active node"),
    (gone, "unreachable", "refuses the connection"),
    (another_engine, "invalid", "`secret` is no key-value engine"),
]


@pytest.mark.parametrize(("fault", "kind", "said"), FAULTS, ids=[fault.__name__ for fault, _, _ in FAULTS])
def test_faults_are_one_clear_line(
    vault: VaultServer, fault: Callable[[VaultServer], None], kind: ProblemKind, said: str
) -> None:
    fault(vault)
    with opened(vault) as store:
        for found in (problem(store), undescribed(store)):
            assert (found.kind, said in found.message.replace("metadata", "secret")) == (kind, True), found
            assert vault.address in found.message
            assert "token from VAULT_TOKEN" in found.message
            assert vault.root_token not in repr(found)


@pytest.mark.parametrize("fault", [html, proxy_error, broken_inside, other_form, reflecting])
def test_one_bad_path_does_not_spoil_the_others(vault: VaultServer, fault: Callable[[VaultServer], None]) -> None:
    vault.put("x", {"password": VALUE}, mount="other")
    vault.put("x", {"password": VALUE})
    before = len(vault.requests)
    fault(vault)
    with opened(vault) as store:
        problem(store)
        vault.heal()
        assert text(store, SecretRef("vault", "x", "password")) == VALUE
    assert len(vault.requests) > before


def test_a_missing_path_is_told_from_a_missing_mount(vault: VaultServer) -> None:
    with opened(vault) as store:
        found = problem(store, SecretRef("vault", "nowhere", "password"))
    assert (found.kind, "nothing is at `secret/nowhere`" in found.message) == ("missing", True)
    with opened(vault, settings=VaultSettings(None, mount="nosuch")) as store:
        found = problem(store)
        asked = len(vault.requests)
        problem(store, SecretRef("vault", "other", "password"))
    assert (found.kind, "nothing is mounted at `nosuch`" in found.message) == ("missing", True)
    assert len(vault.requests) == asked


def test_to_a_limited_login_a_missing_mount_looks_denied_and_that_is_said(vault: VaultServer) -> None:
    settings = VaultSettings(None, mount="nosuch")
    with opened(vault, settings=settings, environ={"VAULT_TOKEN": vault.token()}) as store:
        found = problem(store)
    assert found.kind == "denied"
    assert "a path or mount that is not there is denied too" in (found.help or "")


@pytest.mark.parametrize("prefix", ["secret/", "data/"])
def test_a_path_that_repeats_the_mount_is_recognised(vault: VaultServer, prefix: str) -> None:
    with opened(vault) as store:
        found = problem(store, SecretRef("vault", f"{prefix}{PATH}", "password"))
    assert f"write `{PATH}`" in (found.help or "")


def test_kv_2_tells_of_itself_even_to_those_who_may_not_know_the_mount(vault: VaultServer) -> None:
    vault.fail_next(None, status=403, body={"errors": []}, path_prefix="sys/internal/")
    with opened(vault, settings=VaultSettings(None, kv=1)) as store:
        assert "KV version 2, but version 1 is declared" in problem(store).message


@pytest.mark.parametrize("declared", [1, 2])
def test_a_mount_of_the_other_kv_version_is_recognised(vault: VaultServer, declared: int) -> None:
    mounted = 3 - declared
    vault.mount("kv", kv=mounted)
    vault.put("x", {"password": VALUE}, mount="kv")
    with opened(vault, settings=VaultSettings(None, mount="kv", kv=declared)) as store:
        found = problem(store, SecretRef("vault", "x", "password"))
    assert found.kind == "invalid"
    assert f"is KV version {mounted}, but version {declared} is declared" in found.message
    assert f"kv: {mounted}" in (found.help or "")


def test_what_may_not_be_known_of_a_mount_is_left_out(vault: VaultServer) -> None:
    vault.fail_next(None, status=403, body={"errors": []}, path_prefix="sys/internal/")
    with opened(vault) as store:
        for name in ("a", "b"):
            assert problem(store, SecretRef("vault", name, "password")).kind == "missing"
    assert len([seen for seen in vault.requests if seen.path.startswith("sys/")]) == 1


def test_a_name_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with opened("https://vault.acme.example") as store:
        assert "vault.acme.example has no address in DNS" in problem(store).message


def test_no_address_at_all() -> None:
    with opened("") as store:
        found = problem(store)
        assert store.identity() == "token login, address from VAULT_ADDR"
    assert (found.kind, "there is no address" in found.message) == ("undeclared", True)


def test_the_address_may_come_from_the_variable(vault: VaultServer) -> None:
    with opened("", environ={"VAULT_ADDR": vault.address, "VAULT_TOKEN": vault.root_token}) as store:
        assert text(store) == VALUE
        assert store.identity() == "token from VAULT_TOKEN, address from VAULT_ADDR"
        assert vault.address in problem(store, SecretRef("vault", "x", "y")).message


def test_a_declared_address_goes_before_the_variable(vault: VaultServer) -> None:
    environ = {"VAULT_ADDR": "http://127.0.0.1:1", "VAULT_TOKEN": vault.root_token}
    with opened(vault, environ=environ) as store:
        assert text(store) == VALUE
        assert "VAULT_ADDR" not in store.identity()


def test_variables_of_other_programs_send_nothing_along(
    vault: VaultServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login somebody password {VALUE}\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("VAULT_TOKEN", "of-another")
    monkeypatch.setenv("VAULT_NAMESPACE", "of-another")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with opened(vault) as store:
        assert text(store) == VALUE
    assert "x-vault-namespace" not in vault.requests[0].headers


def test_a_proxy_is_used_and_its_absence_said(vault: VaultServer) -> None:
    proxy = f"127.0.0.1:{choose_ports().smtps}"
    environ = {"VAULT_TOKEN": vault.root_token, "HTTPS_PROXY": proxy}
    with opened("https://vault.acme.example", environ=environ) as store:
        assert f"the proxy {proxy} for vault.acme.example cannot be used" in problem(store).message
    address = Address.parse("https://vault.acme.example")
    assert proxy_for(address, environ) == f"http://{proxy}"
    for excluded in ("vault.acme.example", "*", "other.example, .acme.example"):
        assert proxy_for(address, environ | {"NO_PROXY": excluded}) is None


def test_a_server_that_hangs_up(vault: VaultServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.close()
        with opened(address, login=approle(), secrets=SECRET_ID) as store:
            assert problem(store).kind == "unreachable"
