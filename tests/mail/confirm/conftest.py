"""Fixtures of the confirmation tests: the servers that authenticate, and an installation that uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.running import Call, caller
from tests.mail.confirm.authenticated import Authenticated
from tests.servers.authenticating_stack import run_authenticating_stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.mail_stack import MailStack
    from tests.servers.tiny_dns import TinyDns


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


@pytest.fixture(scope="session")
def _houses() -> Iterator[tuple[MailStack, TinyDns]]:
    with run_authenticating_stack() as running:
        yield running


@pytest.fixture
def authenticated(
    tmp_path: Path, _houses: tuple[MailStack, TinyDns], monkeypatch: pytest.MonkeyPatch, _trust: None
) -> Authenticated:
    stack, dns = _houses
    dns.failing.clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(stack.ca_file))
    monkeypatch.setenv("KMCONFIG_RESOLVER", dns.address)
    monkeypatch.setenv("KM_SMTP_PASSWORD", "login")
    monkeypatch.setenv("KM_IMAP_PASSWORD", "inbox-login")
    return Authenticated(tmp_path, stack, dns)
