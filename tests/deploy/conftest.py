"""Fixtures of the deploy tests: a site, a mail server whose authority is trusted, and the command line."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import Call, caller
from tests.deploy.site import PASSWORD, VARIABLE, Site, good_server, site_in
from tests.deploy.vaults import KEY, AgedVault
from tests.mail.certificates import Certificates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.mail.servers import Server


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture(scope="session")
def authority_file(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificates.write_authority(tmp_path_factory.mktemp("authority") / "ca.pem")


@pytest.fixture(autouse=True)
def _surroundings(authority_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
    monkeypatch.setenv(VARIABLE, PASSWORD)


@pytest.fixture
def server(certificates: Certificates) -> Iterator[Server]:
    with good_server(certificates) as running:
        yield running


@pytest.fixture
def site(tmp_path: Path, server: Server) -> Site:
    return site_in(tmp_path, server)


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str], site: Site) -> Call:
    """Runs a command line at the site."""
    call = caller(capsys)
    return lambda *arguments: call(*(() if "-C" in arguments else ("-C", site.root)), *arguments)


@pytest.fixture
def closed_port() -> int:
    """A loopback port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def vault(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[AgedVault]:
    """A Vault that the password of the site comes from."""
    with AgedVault(monkeypatch) as running:
        running.configure(site)
        yield running


@pytest.fixture
def with_key(site: Site, vault: AgedVault, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key for fingerprints."""
    monkeypatch.setenv("KM_FINGERPRINT_KEY", KEY)
    vault.configure(site, stores={"fingerprint_key": {"env": "KM_FINGERPRINT_KEY"}})
