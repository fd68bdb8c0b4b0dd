"""What the system refuses to a folder that keeps lock, journal and snapshots."""

from __future__ import annotations

import os
import resource
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck, Locked
from kmconfig.targets.keeping.folder import FolderKeeper
from kmconfig.targets.keeping.interface import Holder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLDER = Holder.here(run="20260101T000000Z-0000000ab", environment="staging")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let the system write no more than so many bytes into a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(("size", "why"), [(0, "file too large"), (10, "no space left on device")])
def test_a_lock_that_cannot_say_who_holds_it(tmp_path: Path, size: int, why: str) -> None:
    """Nothing of it can be written, or a part only."""
    keeper = FolderKeeper.beside(tmp_path / ".env")
    keeper.ensure()
    with files_of_at_most(size), pytest.raises(CouldNotCheck) as caught, keeper.hold(HOLDER):
        pytest.fail("it is held")
    lock = tmp_path / ".kmconfig/env.lock"
    assert caught.value.message == f"nothing was changed: the lock {lock} cannot be used: {why}"
    with keeper.hold(HOLDER):
        pass


def test_what_happens_while_it_is_held_is_no_fault_of_the_lock(tmp_path: Path) -> None:
    keeper = FolderKeeper.beside(tmp_path / ".env")
    keeper.ensure()
    with pytest.raises(OSError, match="elsewhere"), keeper.hold(HOLDER):
        raise OSError(5, "elsewhere")


def test_a_lock_that_somebody_has(tmp_path: Path) -> None:
    keeper = FolderKeeper.beside(tmp_path / ".env")
    keeper.ensure()
    with keeper.hold(HOLDER), pytest.raises(Locked, match=HOLDER.run), keeper.hold(HOLDER):
        pytest.fail("it is held twice")


def test_no_room_for_the_folder(tmp_path: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a file system of one's own can be mounted by root only")
    try:
        with pytest.raises(OSError, match="No space left"):
            (tmp_path / "filler").write_bytes(b"x" * 100_000)
        with pytest.raises(CouldNotCheck, match="no space left on device") as caught:
            FolderKeeper.beside(tmp_path / ".env").ensure()
        assert caught.value.help == "make room on its disk"
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)
