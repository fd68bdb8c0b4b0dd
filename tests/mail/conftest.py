"""Fixtures of the mail tests: a private authority that everything here trusts through ``SSL_CERT_FILE``."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.mail.certificates import Certificates

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture(scope="session")
def authority_file(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificates.write_authority(tmp_path_factory.mktemp("authority") / "ca.pem")


@pytest.fixture(autouse=True)
def _trust(authority_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)


@pytest.fixture
def closed_port() -> int:
    """A loopback port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
