"""The in-process server over TLS, with and without client certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
import trustme

from tests.servers.authority import issue
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.authority import Certificates


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("vault-tls"))


def _health(server: VaultServer, *, verify: str | bool = True, cert: str | None = None) -> requests.Response:
    return requests.get(f"{server.address}/v1/sys/health", verify=verify, cert=cert, timeout=10)


def test_tls_with_a_private_authority(certificates: Certificates) -> None:
    with VaultServer(tls=certificates) as server:
        assert _health(server, verify=str(certificates.ca)).json()["sealed"] is False
        with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
            _health(server)
        plain = requests.get(server.address.replace("https", "http") + "/v1/sys/health", timeout=5)
        assert (plain.status_code, plain.headers["Content-Type"].partition(";")[0]) == (400, "text/plain")
        assert plain.text == "Client sent an HTTP request to an HTTPS server.\n"


def test_client_certificate(certificates: Certificates, tmp_path: Path) -> None:
    authority = trustme.CA()
    pem, ca = tmp_path / "client.pem", tmp_path / "client-ca.pem"
    authority.issue_cert("kmconfig@acme.example").private_key_and_cert_chain_pem.write_to_path(str(pem))
    authority.cert_pem.write_to_path(str(ca))
    with VaultServer(tls=certificates, client_ca=ca) as server:
        assert _health(server, verify=str(certificates.ca), cert=str(pem)).status_code == 200
        with pytest.raises(requests.ConnectionError):
            _health(server, verify=str(certificates.ca))
