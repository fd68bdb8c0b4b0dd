"""`policy.hosts` holds for the store too, whichever command asks it; and signals end the login of our own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig import api
from kmconfig.errors import CouldNotCheck
from kmconfig.secrets.interrupts import Terminations
from tests.cli.running import write
from tests.cli.test_secrets import KEY, PATH, VAULTED
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.running import Call


@pytest.fixture
def vault(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VaultServer]:
    """A server with the password of an environment, which only SMTP's host is allowed beside."""
    with VaultServer() as server:
        monkeypatch.setenv("VAULT_TOKEN", server.root_token)
        server.put(PATH, {"password": KEY})
        text = VAULTED.format(tier="staging", path=PATH, more="", address=server.address)
        write(root, {"environments/vaulted.yaml": text})
        yield server


@pytest.mark.parametrize(
    "line", [("secrets", "vaulted"), ("plan", "vaulted"), ("test", "vaulted"), ("apply", "vaulted", "--yes")]
)
def test_a_store_that_is_not_allowed_is_told_nothing(
    kmconfig: Call, root: Path, vault: VaultServer, line: tuple[str, ...]
) -> None:
    write(root, {"kmconfig.yaml": "version: 1\npolicy: {hosts: [smtp.sendgrid.net]}\n"})
    ran = kmconfig(*line)
    assert ran.code == 5
    assert "`policy.hosts` does not allow a login at `127.0.0.1`" in ran.out + ran.err
    assert vault.requests == []


def test_nor_by_the_online_rules(kmconfig: Call, root: Path, vault: VaultServer) -> None:
    write(root, {"kmconfig.yaml": "version: 1\npolicy: {hosts: [smtp.sendgrid.net]}\n"})
    kmconfig("lint", "--online", "--select", "KM801,KM802")
    assert vault.requests == []


def test_nor_by_the_library(root: Path, vault: VaultServer) -> None:
    write(root, {"kmconfig.yaml": "version: 1\npolicy: {hosts: [smtp.sendgrid.net]}\n"})
    with pytest.raises(CouldNotCheck, match=r"`policy\.hosts` does not allow"):
        api.plan(api.load(root), "vaulted")
    assert vault.requests == []


def test_one_that_is_allowed_is_asked(kmconfig: Call, root: Path, vault: VaultServer) -> None:
    write(root, {"kmconfig.yaml": "version: 1\npolicy: {hosts: [127.0.0.1]}\n"})
    ran = kmconfig("secrets", "vaulted", "--format", "json")
    assert ran.code == 0
    (row,) = json.loads(ran.out)["results"][0]["references"]
    assert "whether it has the key `password` is not checked without --values" in row["detail"]
    assert all(seen.path.startswith("secret/metadata/") for seen in vault.reads)


def test_a_row_of_the_wrong_form_counts_once(kmconfig: Call, vault: VaultServer) -> None:
    vault.put(PATH, {"password": "no-key-of-theirs"})
    ran = kmconfig("secrets", "vaulted", "--values")
    assert ran.out.splitlines()[-1].strip() == "1 of the wrong form"
    assert "not checked without --values" not in ran.out


#: Runs kmconfig, whose store sends the process a signal at the first secret that is read.
STOPPED = """
import os, sys
from kmconfig.secrets.vault.engine import Engine
from kmconfig.cli.run import run
real = Engine.METHOD
def ask(self, ref):
    found = real(self, ref)
    os.kill(os.getpid(), int(sys.argv[1]))
    return found
Engine.METHOD = ask
sys.exit(run(sys.argv[2:]))
"""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize(
    ("line", "method"),
    [
        (("secrets", "vaulted"), "description"),
        (("plan", "vaulted"), "value"),
        (("test", "vaulted", "--no-send"), "value"),
        (("lint", "--online", "--select", "KM801"), "description"),
    ],
)
def test_a_signal_ends_the_login_of_our_own(
    root: Path, vault: VaultServer, sent: signal.Signals, line: tuple[str, ...], method: str
) -> None:
    vault.policy("reader", {"secret/data/*": ["read"], "secret/metadata/*": ["read"]})
    vault.approle(role_id="role-1", secret_id="the-secret-id", policies=("reader",), ttl=3600, uses=0)
    write(root, {"secret_id": "the-secret-id\n"})
    text = VAULTED.format(tier="staging", path=PATH, more="", address=vault.address)
    login = "approle: {role_id: role-1, secret_id: {file: secret_id}}"
    write(root, {"environments/vaulted.yaml": text.replace("token: {}", login)})
    program = STOPPED.replace("METHOD", method)
    ran = subprocess.run(
        [sys.executable, "-c", program, str(int(sent)), *line],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr.splitlines()[-1:]) == (130, ["interrupted"])
    assert len(vault.issued) == 1
    assert vault.revoked == vault.issued


def test_signals_that_are_handled_or_ignored_stay_so() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    hung_up = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        ours = Terminations()
        ours.begin()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        ours.ending()
        signal.raise_signal(signal.SIGTERM)
        ours.over()
    finally:
        signal.signal(signal.SIGHUP, hung_up)
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)] == before


def test_other_threads_leave_signals_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=Terminations().begin)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before
