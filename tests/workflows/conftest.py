"""Fixtures of the tests of workflows: a repository at a service, and machines that run its jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.site import good_server
from tests.mail.certificates import Certificates
from tests.review.repository import Repository, files
from tests.servers.requirements import require
from tests.workflows.live import SECRETS, Live, live_in
from tests.workflows.playing import Play, player
from tests.workflows.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.mail.servers import Server


@pytest.fixture(scope="session", autouse=True)
def _programs_are_there() -> None:
    require("playing workflows", packages="bash curl git jq", programs=("bash", "curl", "git", "jq"))


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    """Three environments on `main`."""
    made = Repository.create(tmp_path / "origin")
    made.write(files())
    made.commit("base")
    return made


@pytest.fixture
def service(tmp_path: Path, origin: Repository) -> Service:
    return Service(tmp_path / "service", origin)


@pytest.fixture
def play(service: Service, tmp_path: Path) -> Play:
    """Runs a job of a workflow on a new machine."""
    return player(service, tmp_path)


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture
def server(certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A mail server whose authority the jobs trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.write_authority(tmp_path / "ca.pem")))
    with good_server(certificates) as running:
        yield running


@pytest.fixture
def live(tmp_path: Path, server: Server) -> Live:
    return live_in(tmp_path, server)


@pytest.fixture
def operating(live: Live, tmp_path: Path) -> Service:
    """A service with the installation's repository, where the workflows are switched on."""
    service = Service(tmp_path / "operating", live.origin)
    service.variables = {"KMCONFIG_APPLY": "enabled", "KMCONFIG_DRIFT": "staging"}
    return service


@pytest.fixture
def operate(operating: Service, tmp_path: Path) -> Play:
    """Runs a job there, which is handed the installation's secrets."""
    return player(operating, tmp_path, variables=SECRETS)
