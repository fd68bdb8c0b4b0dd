"""Every test starts from the same machine: no CI, no credentials, an empty home, UTC, umask 022."""

from __future__ import annotations

import itertools
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from kmconfig.deploy import patience
from tests.servers.fixtures import _running_sshd, mail_stack, sshd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["_running_sshd", "mail_stack", "sshd"]

# What changes a program's output or hands it a credential. Names of servers to test against stay.
_FOREIGN_PREFIXES = (
    "ACTIONS_",
    "APP_",
    "AWS_",
    "BUILDKITE",
    "CI",
    "FORCE_COLOR",
    "GIT_",
    "GITHUB_",
    "GITLAB_",
    "KM_",
    "KMCONFIG_",
    "LC_",
    "MAILGUN_",
    "MAIL_",
    "NO_COLOR",
    "RUNNER_",
    "SSL_CERT_",
    "VAULT_",
    "XDG_",
)
_FOREIGN_NAMES = {
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "EDITOR",
    "LANGUAGE",
    "LINES",
    "PAGER",
    "SOURCE_DATE_EPOCH",
    "VISUAL",
}
_KEPT = {"KMCONFIG_REQUIRE_SERVERS", "VAULT_TEST_ADDR", "VAULT_TEST_TOKEN"}

_home_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a server puts off is tried once: no test waits in real time."""
    monkeypatch.setattr(patience, "_PAUSES_SECONDS", ())


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """What a shell starts in the background is born ignoring it, and so are its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, _homes: Path) -> Iterator[None]:
    """Remove what the developer's or the CI's environment would add, and give the test its own home."""
    for name in list(os.environ):
        if _is_foreign(name):
            monkeypatch.delenv(name)
    home = _homes / str(next(_home_numbers))
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    before = os.umask(0o022)
    yield
    os.umask(before)


def _is_foreign(name: str) -> bool:
    if name in _KEPT:
        return False
    upper = name.upper()
    return upper in _FOREIGN_NAMES or upper.startswith(_FOREIGN_PREFIXES) or upper.endswith("_PROXY")
