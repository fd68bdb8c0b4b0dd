"""The servers as pytest fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.mail_stack import run_mail_stack
from tests.servers.sshd import run_sshd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.mail_stack import MailStack
    from tests.servers.sshd import Sshd


@pytest.fixture(scope="session")
def mail_stack() -> Iterator[MailStack]:
    """Postfix and Dovecot, started once; ``tests/conftest.py`` keeps their tests on one worker."""
    with run_mail_stack() as stack:
        yield stack


@pytest.fixture(scope="session")
def _running_sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with run_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture
def sshd(_running_sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> Sshd:
    """OpenSSH's server, started once for each worker; the test's process may log in."""
    monkeypatch.setenv("SSH_AUTH_SOCK", str(_running_sshd.agent))
    return _running_sshd
