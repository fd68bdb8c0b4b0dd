"""Where a login may go: hosts that the project allows, TLS, no proxy on the way to this machine."""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.environment.stores import StoreSettings, VaultSettings
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.stores import Place, Stores
from kmconfig.secrets.vault.address import is_loopback
from tests.secrets.vault.asking import PASSWORD, SECRET_ID, VALUE, approle, opened, problem, text

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.secrets.store import SecretProblem
    from tests.servers.vault.server import VaultServer


def asked(vault: VaultServer, root: Path, hosts: tuple[str, ...] | None, **settings: Any) -> list[SecretProblem]:
    """The problems of a run whose project file allows ``hosts``."""
    environ = {"VAULT_TOKEN": vault.root_token, "VAULT_ADDR": vault.address}
    vaulted = VaultSettings(None)._replace(**settings)
    with Stores(root=root, environ=environ, masker=Masker(), allowed_hosts=hosts) as stores:
        place = Place("production", StoreSettings(vault=vaulted))
        others = (PASSWORD, PASSWORD._replace(key="username"))
        return list(stores.resolve(others, place=place).problems)


@pytest.mark.parametrize("hosts", [None, ("127.0.0.1",), ("smtp.acme.example", "127.0.0.1."), ("[127.0.0.1]",)])
def test_an_allowed_host_is_asked(vault: VaultServer, tmp_path: Path, hosts: tuple[str, ...] | None) -> None:
    assert asked(vault, tmp_path, hosts) == []


@pytest.mark.parametrize("hosts", [(), ("smtp.acme.example",)])
@pytest.mark.parametrize("declared", [True, False])
def test_another_is_told_nothing(vault: VaultServer, tmp_path: Path, hosts: tuple[str, ...], declared: bool) -> None:
    problems = asked(vault, tmp_path, hosts, address=vault.address if declared else None)
    assert [found.kind for found in problems] == ["refused", "refused"]
    assert all("`policy.hosts` does not allow a login at `127.0.0.1`" in found.message for found in problems)
    assert all("added to `policy.hosts`" in (found.help or "") for found in problems)
    assert vault.requests == []


def test_redirects_lead_to_allowed_hosts_only(vault: VaultServer, tmp_path: Path) -> None:
    to = ("vault-1.acme.example",)
    first, _ = asked(vault, tmp_path, ("127.0.0.1",), redirect_hosts=to)
    assert "`vault-1.acme.example`" in first.message
    assert vault.requests == []
    assert asked(vault, tmp_path, ("127.0.0.1", *to), redirect_hosts=to) == []


def test_without_tls_nothing_leaves_this_machine() -> None:
    for login, secrets in ((None, {}), (approle(), SECRET_ID)):
        with opened("http://vault.acme.example:8200", login=login, secrets=secrets) as store:
            found = problem(store)
        assert found.kind == "refused"
        assert "without TLS" in found.message
        assert "use https" in (found.help or "")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["localhost.acme.example", "10.0.0.1", "0.0.0.0", "::", "127.acme.example", ""])
def test_other_machines(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy"])
def test_no_proxy_stands_before_this_machine(vault: VaultServer, name: str) -> None:
    environ = {"VAULT_TOKEN": vault.root_token, name: "http://proxy.acme.example:3128", "NO_PROXY": "other.example"}
    with opened(vault, environ=environ) as store:
        assert text(store) == VALUE


def test_a_proxy_that_wants_a_login_is_named_without_its_own() -> None:
    def refuse() -> None:
        client, _ = listener.accept()
        with client:
            client.recv(65_536)
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=refuse, daemon=True)
        serving.start()
        where = f"127.0.0.1:{listener.getsockname()[1]}"
        environ = {"VAULT_TOKEN": "s.token", "HTTPS_PROXY": f"http://someone:their-login@{where}"}
        with opened("https://vault.acme.example", environ=environ) as store:
            found = problem(store)
        serving.join(timeout=10)
    assert f"the proxy {where} for vault.acme.example asks for a login of its own (407)" in found.message
    assert "their-login" not in repr(found)


@pytest.mark.parametrize("option", ["ca_file", "client_cert_file", "client_key_file"])
@pytest.mark.parametrize("kind", ["a named pipe", "a directory", "a device"])
def test_files_that_are_none(tmp_path: Path, certificate: Path, option: str, kind: str) -> None:
    odd = tmp_path / "odd"
    if kind == "a named pipe":
        os.mkfifo(odd)
    elif kind == "a directory":
        odd.mkdir()
    else:
        odd.symlink_to("/dev/zero")
    chosen: dict[str, Any] = {"client_cert_file": str(certificate), option: "odd"}
    settings = VaultSettings(None, **chosen)
    with opened("https://localhost:1", settings=settings, root=tmp_path) as store:
        found = problem(store)
    assert f"`odd` is {kind}, not a regular file" in found.message
    assert f"stores.vault.{option}" in (found.help or "")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "client.pem"
    path.write_text("none yet", encoding="utf-8")
    return path
