from __future__ import annotations

import datetime as dt
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from kmconfig.environment.stores import VaultSettings
from tests.secrets.vault.asking import PATH, VALUE, opened, problem, text
from tests.servers.authority import Certificates, issue
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def secure(certificates: Certificates) -> Iterator[VaultServer]:
    with VaultServer(tls=certificates) as server:
        server.put(PATH, {"password": VALUE})
        yield server


def test_an_authority_of_our_own_relative_to_the_root(secure: VaultServer, certificates: Certificates) -> None:
    settings = VaultSettings(None, ca_file=certificates.ca.name)
    with opened(secure, settings=settings, root=certificates.ca.parent) as store:
        assert text(store) == VALUE


def test_without_it_the_server_is_not_trusted(secure: VaultServer) -> None:
    with opened(secure) as store:
        found = problem(store)
    assert found.kind == "unreachable"
    assert "comes from an authority that is not trusted here" in found.message
    assert "ca_file" in (found.help or "")
    assert secure.requests == []


def test_another_authority_is_not_the_right_one(secure: VaultServer, tmp_path: Path) -> None:
    settings = VaultSettings(None, ca_file=str(issue(tmp_path).ca))
    with opened(secure, settings=settings) as store:
        assert "not trusted here" in problem(store).message


def test_the_systems_authorities_are_trusted(
    secure: VaultServer, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca))
    with opened(secure) as store:
        assert text(store) == VALUE


def test_a_certificate_for_another_name(secure: VaultServer, certificates: Certificates) -> None:
    address = secure.address.replace("localhost", "127.0.0.1")
    with opened(address, settings=VaultSettings(None, ca_file=str(certificates.ca))) as store:
        assert "is for another name" in problem(store).message


@pytest.mark.parametrize(("starts", "ends", "said"), [(-20, -10, "has expired"), (10, 20, "is not valid yet")])
def test_a_certificate_out_of_its_time(tmp_path: Path, starts: int, ends: int, said: str) -> None:
    authority = trustme.CA()
    today = dt.datetime.now(dt.UTC)
    server = authority.issue_cert(
        "localhost",
        not_before=today + dt.timedelta(days=starts),
        not_after=today + dt.timedelta(days=ends),
    )
    files = Certificates(ca=tmp_path / "ca.pem", chain=tmp_path / "chain.pem", key=tmp_path / "key.pem")
    authority.cert_pem.write_to_path(str(files.ca))
    server.cert_chain_pems[0].write_to_path(str(files.chain))
    server.private_key_pem.write_to_path(str(files.key))
    with VaultServer(tls=files) as vault, opened(vault, settings=VaultSettings(None, ca_file=str(files.ca))) as store:
        assert said in problem(store).message


def test_http_at_a_port_that_speaks_tls(secure: VaultServer) -> None:
    with opened(secure.address.replace("https", "http")) as store:
        found = problem(store)
    assert "refuses requests without TLS" in found.message
    assert "https://" in (found.help or "")


def test_https_at_a_port_that_does_not(vault: VaultServer) -> None:
    with opened(vault.address.replace("http", "https")) as store:
        assert "does not speak TLS there" in problem(store).message


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """A folder with a client's certificate and key, apart and together, and the authority that issued it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    mine = authority.issue_cert("kmconfig@acme.example")
    mine.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    mine.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    mine.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    trustme.CA().issue_cert("other@acme.example").private_key_and_cert_chain_pem.write_to_path(
        str(tmp_path / "other.pem")
    )
    return tmp_path


@pytest.mark.parametrize("names", [("cert.pem", "key.pem"), ("both.pem", None)])
def test_a_client_certificate_is_shown(certificates: Certificates, client: Path, names: tuple[str, str | None]) -> None:
    settings = VaultSettings(None, ca_file=str(certificates.ca), client_cert_file=names[0], client_key_file=names[1])
    with VaultServer(tls=certificates, client_ca=client / "ca.pem") as vault:
        vault.put(PATH, {"password": VALUE})
        with opened(vault, settings=settings, root=client) as store:
            assert text(store) == VALUE


@pytest.mark.parametrize("name", [None, "other.pem"])
def test_a_client_certificate_that_is_missing_or_foreign(
    certificates: Certificates, client: Path, name: str | None
) -> None:
    settings = VaultSettings(None, ca_file=str(certificates.ca), client_cert_file=name)
    with (
        VaultServer(tls=certificates, client_ca=client / "ca.pem") as vault,
        opened(vault, settings=settings, root=client) as store,
    ):
        found = problem(store)
    assert found.kind == "unreachable"
    # A server may hang up before it has said why.
    assert "certificate" in f"{found.message} {found.help}"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ca_file": "nowhere.pem"}, "`nowhere.pem` does not exist"),
        ({"ca_file": "key.pem"}, "is no usable PEM file"),
        ({"client_cert_file": "nowhere.pem"}, "does not exist"),
        ({"client_cert_file": "cert.pem"}, "is no usable PEM file"),
        ({"client_cert_file": "cert.pem", "client_key_file": "ca.pem"}, "is no usable PEM file"),
        ({"client_cert_file": "cert.pem", "client_key_file": "locked.pem"}, "is no usable PEM file"),
    ],
)
def test_files_that_do_not_serve_are_said_before_anything_is_sent(
    vault: VaultServer, client: Path, fields: dict[str, Any], said: str
) -> None:
    (client / "locked.pem").write_bytes(_encrypted_key())
    with opened(vault, settings=VaultSettings(None)._replace(**fields), root=client) as store:
        assert said in problem(store).message
        assert said in problem(store).message
    assert vault.requests == []


def _encrypted_key() -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"locked"),
    )


@contextmanager
def tunnelling() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that opens one tunnel (RFC 9110, section 9.3.6), and what it was told outside of that."""
    told: list[bytes] = []
    ends: list[OSError] = []

    def relay(source: socket.socket, target: socket.socket) -> None:
        try:
            while content := source.recv(65_536):
                target.sendall(content)
            target.shutdown(socket.SHUT_WR)
        except OSError as error:
            # Either end may hang up first.
            ends.append(error)

    def serve() -> None:
        client, _ = listener.accept()
        with client:
            told.append(client.recv(65_536))
            _, _, port = told[0].split()[1].decode().rpartition(":")
            with socket.create_connection(("127.0.0.1", int(port))) as server:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=relay, args=(server, client))
                back.start()
                relay(client, server)
                back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=serve)
        serving.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", told
        serving.join()


def test_a_proxy_sees_no_token_and_the_server_is_still_checked(tmp_path: Path) -> None:
    authority = trustme.CA()
    server = authority.issue_cert("vault.acme.example")
    files = Certificates(ca=tmp_path / "ca.pem", chain=tmp_path / "chain.pem", key=tmp_path / "key.pem")
    authority.cert_pem.write_to_path(str(files.ca))
    server.cert_chain_pems[0].write_to_path(str(files.chain))
    server.private_key_pem.write_to_path(str(files.key))
    with VaultServer(tls=files) as secure:
        secure.put(PATH, {"password": VALUE})
        address = secure.address.replace("localhost", "vault.acme.example")
        settings = VaultSettings(None, ca_file=str(files.ca))
        with tunnelling() as (proxy, told):
            environ = {"VAULT_TOKEN": secure.root_token, "HTTPS_PROXY": proxy}
            with opened(address, settings=settings, environ=environ) as store:
                assert text(store) == VALUE
        (head,) = told
        assert head.startswith(b"CONNECT vault.acme.example:")
        assert secure.root_token.encode() not in head
        with tunnelling() as (proxy, told):
            environ = {"VAULT_TOKEN": secure.root_token, "HTTPS_PROXY": proxy}
            with opened(address, environ=environ) as store:
                assert "not trusted here" in problem(store).message
