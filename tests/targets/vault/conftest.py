from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.secrets.vault.patience import Clock
from tests.servers.vault.contract import open_subject, servers_under_contract
from tests.servers.vault.server import VaultServer
from tests.targets.vault.site import VaultSite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.vault.contract import Subject

SERVERS = servers_under_contract()


@pytest.fixture(params=list(SERVERS))
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """Each server that has to answer alike, a real one among them where there is one."""
    with open_subject(SERVERS[request.param]) as found:
        yield found


@pytest.fixture
def anywhere(subject: Subject, tmp_path: Path) -> Iterator[VaultSite]:
    """A target in a mount of its own, at each of those servers."""
    site = VaultSite(tmp_path, subject.address, subject.root, subject.kv())
    yield site
    site.close()


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits before a request is sent again."""
    monkeypatch.setattr("kmconfig.secrets.vault.store.Clock", lambda: Clock(sleep=lambda _seconds: None))


@pytest.fixture
def vault() -> Iterator[VaultServer]:
    """A Vault that can be made to fail."""
    with VaultServer() as server:
        server.mount("secret")
        yield server


@pytest.fixture
def site(vault: VaultServer, tmp_path: Path) -> Iterator[VaultSite]:
    """A target at that Vault, reached as root."""
    found = VaultSite(tmp_path, vault.address, vault.root_token)
    yield found
    found.close()
