"""Fixtures of the end-to-end tests: an installation beside a running mail stack that this process trusts."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import Call, caller
from tests.end_to_end.installation import Installation, install

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.mail_stack import MailStack


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


@pytest.fixture
def installation(tmp_path: Path, mail_stack: MailStack, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_stack.ca_file))
    return install(tmp_path, mail_stack)


@pytest.fixture
def closed_port() -> int:
    """A loopback port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
