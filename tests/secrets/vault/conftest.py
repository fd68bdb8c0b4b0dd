from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.secrets.vault.asking import PATH, VALUE
from tests.servers.authority import issue
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.authority import Certificates


@pytest.fixture
def vault() -> Iterator[VaultServer]:
    """A Vault with one secret."""
    with VaultServer() as server:
        server.put(PATH, {"password": VALUE, "username": "apikey"})
        yield server


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("vault-certificates"))
