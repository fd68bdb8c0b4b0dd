"""What ``conftest.py`` and the socket guard promise to every other test."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError


def test_network_ends_at_loopback() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client,
        pytest.warns(UserWarning, match=r"192\.0\.2\.1"),
        pytest.raises(SocketConnectBlockedError),
    ):
        client.connect(("192.0.2.1", 25))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_stays_open(host: str) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection((host, server.getsockname()[1]), timeout=5) as client,
    ):
        assert client.getpeername()[0] == "127.0.0.1"


def test_environment_holds_no_credentials_and_no_ci() -> None:
    foreign = ("AWS_", "CI", "GITHUB_", "KM_", "MAIL_", "NO_COLOR", "SSL_CERT_", "VAULT_TOKEN", "XDG_")
    assert [name for name in os.environ if name.startswith(foreign)] == []


def test_home_is_new_and_empty() -> None:
    assert list(Path.home().iterdir()) == []
    (Path.home() / "left-behind").touch()


def test_home_is_new_for_the_next_test_too() -> None:
    assert list(Path.home().iterdir()) == []


def test_clock_shows_utc_and_files_are_private_to_write() -> None:
    assert time.tzname == ("UTC", "UTC")
    assert os.umask(0o077) == 0o022
