"""What a file system refuses to a `.env` of this machine: said before anything changed, and nothing is left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY, ending, steps, untouched
from tests.deploy.site import LIVE, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.running import Call
    from tests.mail.servers import Server


@contextmanager
def mounted(site: Site, size: str) -> Iterator[Path]:
    """The application on a small file system of its own."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(site.application)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a file system of one's own can be mounted by root only")
    try:
        site.env.write_bytes(LIVE)
        yield site.application
    finally:
        subprocess.run(["umount", "--lazy", str(site.application)], check=True)


def test_a_disk_that_is_full(site: Site, kmconfig: Call) -> None:
    with mounted(site, "64k") as folder:
        (folder / "filler").touch()
        with pytest.raises(OSError, match="No space left"):
            (folder / "filler").write_bytes(b"x" * 1_000_000)
        ran = kmconfig(*APPLY)
        assert ending(site, ran) == untouched(5)
        assert "no space left" in ran.result["message"].lower()
        (folder / "filler").unlink()
        assert kmconfig(*APPLY).code == 0


def test_a_disk_that_is_read_only(site: Site, kmconfig: Call, server: Server) -> None:
    with mounted(site, "256k") as folder:
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        assert kmconfig("plan", "staging", "--detailed-exitcode").code == 2
        ran = kmconfig(*APPLY)
        assert ending(site, ran) == untouched(5)
        assert "read-only file system" in ran.result["message"].lower()
    assert server.connections == 0


def test_what_the_plan_could_do_the_apply_may_not(site: Site, kmconfig: Call, server: Server) -> None:
    """The disk became read-only after the plan was saved."""
    with mounted(site, "256k") as folder:
        saved = site.root / "plan.json"
        assert kmconfig("plan", "staging", "--save", saved).code == 0
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        assert kmconfig("apply", "--plan", saved, "--yes").code == 5
        assert site.env.read_bytes() == LIVE
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
        assert kmconfig("apply", "--plan", saved, "--yes").code == 0
    assert len(server.messages) == 1


def test_a_file_that_nobody_may_change(site: Site, kmconfig: Call) -> None:
    """Everything short of replacing it works: only the write itself shows it, and changes nothing."""
    chattr = shutil.which("chattr")
    if chattr is None or subprocess.run([chattr, "+i", str(site.env)], check=False, capture_output=True).returncode:
        pytest.skip("a file can be made immutable by root only, and not on every file system")
    try:
        ran = kmconfig(*APPLY)
        assert ending(site, ran) == untouched(5)
        assert steps(ran)[-1] == ("write", "failed")
        assert "operation not permitted" in ran.result["message"].lower()
    finally:
        subprocess.run([chattr, "-i", str(site.env)], check=True)
    assert kmconfig(*APPLY).code == 0
