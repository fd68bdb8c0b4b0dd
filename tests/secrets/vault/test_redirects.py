from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.stores import VaultSettings
from kmconfig.secrets.vault.address import Address
from kmconfig.secrets.vault.faults import Fault
from tests.secrets.vault.asking import PASSWORD, PATH, SECRET_ID, VALUE, approle, let_approle_in, opened, problem, text
from tests.servers.ports import choose_ports
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.authority import Certificates


@pytest.fixture
def other() -> Iterator[VaultServer]:
    """A second server, where no token of the first must arrive unasked."""
    with VaultServer() as server:
        yield server


def test_a_standby_on_the_same_host_sends_us_to_the_leader(vault: VaultServer, other: VaultServer) -> None:
    other.redirect(to=vault.address)
    with opened(other.address, environ={"VAULT_TOKEN": vault.root_token}) as store:
        assert text(store) == VALUE
    assert [seen.path for seen in other.requests] == [seen.path for seen in vault.requests] == [f"secret/data/{PATH}"]


def test_a_redirected_question_keeps_its_version(vault: VaultServer, other: VaultServer) -> None:
    vault.put(PATH, {"password": "newer"})
    other.redirect(to=vault.address)
    with opened(other.address, environ={"VAULT_TOKEN": vault.root_token}) as store:
        assert text(store, PASSWORD._replace(version=1)) == VALUE


def test_a_redirected_login_keeps_its_method_and_body(vault: VaultServer, other: VaultServer) -> None:
    let_approle_in(vault)
    other.redirect(to=vault.address, status=308)
    with opened(other.address, login=approle(), secrets=SECRET_ID) as store:
        assert text(store) == VALUE
    assert len(vault.logins) == 1
    assert vault.revoked == vault.issued


def test_only_one_redirect_is_followed(vault: VaultServer, other: VaultServer) -> None:
    other.redirect(to=vault.address)
    vault.redirect(to=other.address)
    with opened(other.address) as store:
        found = problem(store)
    assert found.kind == "unreachable"
    assert "redirects in a way that is not followed" in found.message
    assert len(vault.requests) == len(other.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303])
def test_other_redirects_than_vaults_are_not_followed(vault: VaultServer, other: VaultServer, status: int) -> None:
    vault.redirect(to=other.address, status=status)
    with opened(vault) as store:
        assert problem(store).kind == "unreachable"
    assert other.requests == []


@pytest.mark.parametrize("port", [True, False])
def test_the_token_is_not_taken_to_another_host(vault: VaultServer, other: VaultServer, port: bool) -> None:
    elsewhere = other.address.replace("127.0.0.1", "localhost")
    vault.redirect(to=elsewhere if port else "https://vault.evil.example")
    with opened(vault) as store:
        found = problem(store)
    host = "localhost" if port else "vault.evil.example"
    assert f"redirects to {host}, a host that the login was not meant for" in found.message
    assert f"redirect_hosts: [{host}]" in (found.help or "")
    assert other.requests == []


def test_a_named_host_still_has_to_speak_tls(vault: VaultServer, other: VaultServer) -> None:
    vault.redirect(to=other.address.replace("127.0.0.1", "localhost"))
    with opened(vault, settings=VaultSettings(None, redirect_hosts=("localhost",))) as store:
        assert "without TLS" in problem(store).message
    assert other.requests == []


def test_a_named_host_with_tls_is_followed(vault: VaultServer, certificates: Certificates, tmp_path: Path) -> None:
    with VaultServer(tls=certificates) as leader:
        leader.put(PATH, {"password": VALUE})
        vault.redirect(to=leader.address)
        settings = VaultSettings(None, ca_file=str(certificates.ca), redirect_hosts=("LOCALHOST",))
        with opened(vault, settings=settings, environ={"VAULT_TOKEN": leader.root_token}) as store:
            assert text(store) == VALUE


def test_a_leader_that_is_gone_is_named(vault: VaultServer) -> None:
    port = choose_ports().smtps
    vault.standby(leader=f"http://127.0.0.1:{port}")
    with opened(vault) as store:
        found = problem(store)
    assert found.kind == "unreachable"
    assert f"127.0.0.1:{port} refuses the connection" in found.message
    assert vault.address in found.message


BASE = "https://vault.acme.example:8200"


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "/v1/secret/data/x",
        "//vault.acme.example/v1/x",
        "ftp://vault.acme.example/v1/x",
        "https://user@vault.acme.example/v1/x",
        "https://vault.acme.example@evil.example/v1/x",
        "https://vault.acme.example.evil.example/v1/x",
        "https://vault.acme.example\\@evil.example/",
        "https://evil.example#@vault.acme.example/",
        "https://vault.acme.example\n.evil.example/",
        "https://vault.acme.example:99999/",
        "https://vault.acme.example:x/",
        "https://[::1/",
        "https:///v1/x",
        "http://vault.acme.example:8200/v1/x",
        "http://other.acme.example/v1/x",
        "https://xn--vault-acme.example/",
        "https://ⓥault.acme.example/",
    ],
)
def test_where_no_redirect_leads(location: str | None) -> None:
    with pytest.raises(Fault):
        Address.parse(BASE).redirected(location, hosts=("other.acme.example",))


@pytest.mark.parametrize(
    "location",
    [
        "https://vault.acme.example:8200/v1/x?version=1",
        "https://VAULT.acme.example/v1/x",
        "https://vault.acme.example:8201/v1/x",
        "https://other.acme.example/v1/x",
    ],
)
def test_where_a_redirect_may_lead(location: str) -> None:
    assert Address.parse(BASE).redirected(location, hosts=("Other.acme.example",)).lower() == location.lower()


@pytest.mark.parametrize(
    "text_of_address",
    [
        "vault.acme.example",
        "https://",
        "ftp://vault.acme.example",
        "https://a b.example",
        "https://u:w@v.example",
        "https://v.example?x=1",
        "https://v.example#x",
        "https://v.example:99999",
        "https://v.ex\nample",
        "https://[::1",
    ],
)
def test_what_is_no_address_is_not_repeated(text_of_address: str) -> None:
    with opened(text_of_address) as store:
        found = problem(store)
    assert found.kind == "undeclared"
    assert text_of_address not in found.message


def test_a_path_before_v1_is_kept() -> None:
    address = Address.parse(" https://proxy.acme.example/vault/ ")
    assert (str(address), address.host) == ("https://proxy.acme.example/vault", "proxy.acme.example")
