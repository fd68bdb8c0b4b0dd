"""The session that holds the lock on the other machine is lost before the write: nobody else has the lock therefore."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.targets.files import ssh_scripts
from kmconfig.targets.files.ssh_connection import SshConnection
from kmconfig.targets.keeping.interface import LeaseLost
from tests.deploy.endings import APPLY, ending, steps, untouched
from tests.deploy.remote_sites import configure
from tests.targets.files.remote import RUN, connect, held, reach

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.cli.running import Call
    from tests.deploy.site import Site
    from tests.servers.sshd import Sshd


class Sessions:
    """Ends the session that holds the lock as soon as a script is asked for, for the n-th time."""

    def __init__(self, script: str, at: int) -> None:
        self._script, self._left = script, at
        self._holding: list[subprocess.Popen[bytes]] = []

    def started(self, script: str, process: subprocess.Popen[bytes]) -> None:
        if script == ssh_scripts.HOLD:
            self._holding.append(process)
        if script == self._script and self._holding:
            self._left -= 1
            if self._left == 0:
                self._holding[0].kill()
                self._holding[0].wait()


@pytest.fixture
def _watched(monkeypatch: pytest.MonkeyPatch, sessions: Sessions) -> None:
    start = SshConnection.start

    def watched(self: SshConnection, script: str, *words: str, **ends: Any) -> Any:
        process = start(self, script, *words, **ends)
        sessions.started(script, process)
        return process

    monkeypatch.setattr(SshConnection, "start", watched)


@pytest.mark.parametrize(
    ("sessions", "failed"),
    [
        (Sessions(ssh_scripts.PUT, 1), "snapshot"),
        (Sessions(ssh_scripts.PUT, 2), "snapshot"),
        (Sessions(ssh_scripts.READ, 7), "write"),
    ],
)
@pytest.mark.usefixtures("_watched")
def test_nothing_was_changed(site: Site, sshd: Sshd, kmconfig: Call, failed: str) -> None:
    """When the snapshot is kept, when the journal is, and when all is ready for the write."""
    configure(site, sshd)
    ran = kmconfig(*APPLY)
    assert ending(site, ran) == untouched(5)
    assert "the session that holds the lock on" in ran.result["message"]
    assert "other run" not in ran.result["message"]
    assert steps(ran)[-1] == (failed, "failed")
    assert kmconfig(*APPLY).code == 0


@pytest.mark.parametrize(("journal", "stays"), [(RUN, False), ("20260101T000000Z-0000000cd", True), (None, False)])
def test_the_journal_of_another_run_stays(sshd: Sshd, tmp_path: Path, journal: str | None, stays: bool) -> None:
    connection = connect(sshd)
    writer = reach(connection, tmp_path / ".env")[1]
    with held(writer) as fence:
        fence._process.kill()
        fence._process.wait()
        # The session's end reaches the other machine on its own time.
        while connection.ask('echo "$0"; flock -n "$1" true', str(tmp_path / ".kmconfig/env.lock")).code:
            pass
        path = tmp_path / ".kmconfig/env.journal.json"
        if journal is not None:
            path.write_text(f'{{"run": "{journal}"}}', encoding="utf-8")
        with pytest.raises(LeaseLost, match="another run has written") if stays else nullcontext():
            writer.keeper().close()
        assert path.exists() is stays
