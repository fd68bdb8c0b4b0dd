"""A disk that has room for the lock file, but not for what it says: here, and on the other machine."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY, ending, untouched
from tests.deploy.remote_sites import configure
from tests.deploy.site import LIVE, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.running import Call
    from tests.mail.servers import Server
    from tests.servers.sshd import Sshd


@pytest.fixture
def full(site: Site) -> Iterator[Path]:
    """The application on a small file system of its own, where nothing more can be written once its folder is there."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(site.application)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a file system of one's own can be mounted by root only")
    try:
        site.env.write_bytes(LIVE)
        (site.keeping / "snapshots").mkdir(parents=True)
        (site.keeping / ".gitignore").write_bytes(b"*\n")
        filler = site.application / "filler"
        with pytest.raises(OSError, match="No space left"):
            filler.write_bytes(b"x" * 1_000_000)
        yield filler
    finally:
        subprocess.run(["umount", "--lazy", str(site.application)], check=True)


@pytest.fixture(params=["here", "elsewhere"])
def _where(request: pytest.FixtureRequest, site: Site, sshd: Sshd) -> None:
    if request.param == "elsewhere":
        configure(site, sshd)


@pytest.mark.usefixtures("_where")
def test_nothing_was_changed(site: Site, full: Path, server: Server, kmconfig: Call) -> None:
    ran = kmconfig(*APPLY)
    assert ending(site, ran) == untouched(5)
    message = ran.result["message"]
    assert message.startswith("nothing was changed: the lock ")
    assert f"{site.keeping}" in message
    assert "no space left on device" in message
    assert "make room" in ran.err + ran.out
    assert "permissions" not in ran.err + ran.out
    assert server.connections == 0
    full.unlink()
    assert kmconfig(*APPLY).code == 0
