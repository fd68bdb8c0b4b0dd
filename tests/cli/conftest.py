"""Fixtures of the command-line tests: a repository, and what runs kmconfig in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.project import PASSWORD, VARIABLE, lay_out, variable
from tests.cli.running import Call, Ran, caller
from tests.mail.certificates import Certificates
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a sound repository, which is also the current folder."""
    for name in (VARIABLE, *map(variable, ("production", "staging", "development", "other"))):
        monkeypatch.setenv(name, PASSWORD)
    folder = lay_out(tmp_path / "repository")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs kmconfig in the current folder."""
    return caller(capsys)


@pytest.fixture
def lint(kmconfig: Call, root: Path) -> Callable[..., Ran]:
    """Runs lint in the repository and gives its JSON."""
    return lambda *arguments: kmconfig("lint", "--format", "json", *arguments)


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture
def serve(certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Server]:
    """Starts mail servers that behave, except where told; their authority is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.write_authority(tmp_path / "ca.pem")))

    def start(**answers: str) -> Server:
        return Server(Smtp(starttls=certificates.good(), password=PASSWORD, answers=dict(answers)))

    return start
