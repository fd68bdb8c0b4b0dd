"""Writing into a file that cannot be replaced, and telling what a killed run left of it."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.files.in_place import is_mixture, is_mounted, overwrite
from kmconfig.targets.files.local import LocalFile, LocalFileWriter
from kmconfig.targets.files.writer import FileWriter, fingerprint
from kmconfig.targets.interface import WritePermit
from kmconfig.targets.keeping.folder import FileFence

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.targets.interface import State

OLD = b"APP_KEY=base64:3q2+7w==\nMAIL_HOST=localhost\nMAIL_PASSWORD=older\nLAST=1\n"
NEW = b"APP_KEY=base64:3q2+7w==\nMAIL_HOST=smtp.acme.example\nMAIL_PASSWORD=newer and longer\nLAST=1\n"
SHORT = b"APP_KEY=base64:3q2+7w==\nMAIL_HOST=smtp.acme.example\n"


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `.env` that the system does not let anybody replace."""
    path = tmp_path / ".env"
    path.write_bytes(OLD)
    replace = Path.replace

    def busy(self: Path, target: Path) -> Path:
        if target == path:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", busy)
    LocalFileWriter(path).keeper().ensure()
    return path


def writer_of(env: Path, new: bytes) -> FileWriter:
    file = LocalFile(env, ".env")
    return FileWriter(file, LocalFileWriter(env), WritePermit("digest", file.read()[1]), compose=lambda: new)


@pytest.mark.parametrize("new", [NEW, SHORT, OLD[::-1], b""])
def test_the_file_itself_is_written(env: Path, new: bytes) -> None:
    before = env.stat()
    writer = writer_of(env, new)
    writer.prepare()
    snapshot, staged = writer.capture(), writer.stage()
    writer.write(FileFence())
    assert env.read_bytes() == new
    assert (env.stat().st_ino, env.stat().st_mode) == (before.st_ino, before.st_mode)
    assert writer.state(snapshot, (staged,)) == "after"
    writer.restore(snapshot, FileFence())
    assert env.read_bytes() == OLD
    assert writer.state(snapshot, ()) == "before"
    LocalFileWriter(env).keeper().close()
    assert [path.name for path in env.parent.rglob("*") if "under-way" in path.name or "tmp" in path.name] == []


def cut_short(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Let the disk fail after so many bytes."""
    pwrite, left = os.pwrite, at

    def failing(handle: int, data: bytes, offset: int) -> int:
        nonlocal left
        if not left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = pwrite(handle, data[:left], offset)
        left -= done
        return done

    monkeypatch.setattr(os, "pwrite", failing)


@pytest.mark.parametrize("new", [NEW, SHORT])
def test_wherever_it_stops_it_is_known_and_undone(env: Path, new: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[State] = set()
    for at in range(max(len(OLD), len(new))):
        writer = writer_of(env, new)
        snapshot, staged = writer.capture(), writer.stage()
        with monkeypatch.context() as patched:
            cut_short(patched, at)
            with pytest.raises(CouldNotCheck, match=r"cannot replace `.*`: No space left"):
                writer.write(FileFence())
        state = writer.state(snapshot, (staged,))
        seen.add(state)
        assert state == ("before" if env.read_bytes() == OLD else "partial")
        # Killed again while it is put back.
        with monkeypatch.context() as patched:
            cut_short(patched, at // 2)
            with pytest.raises(CouldNotCheck, match=r"cannot replace `.*`: No space left"):
                writer.restore(snapshot, FileFence())
        assert writer.state(snapshot, (staged,)) in ("before", "partial")
        writer.restore(snapshot, FileFence())
        assert writer.state(snapshot, (staged,)) == "before"
        LocalFileWriter(env).keeper().close()
    assert seen == {"before", "partial"}


def half(env: Path, monkeypatch: pytest.MonkeyPatch, at: int = 40) -> FileWriter:
    writer = writer_of(env, NEW)
    writer.stage()
    with monkeypatch.context() as patched:
        cut_short(patched, at)
        with pytest.raises(CouldNotCheck, match=r"cannot replace `.*`: No space left"):
            writer.write(FileFence())
    return writer


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"LAST=1", b"LAST=2"),
        lambda data: data + b"ADDED=1\n" * 9,
        lambda data: data[:10],
        lambda data: data[:0],
    ],
)
def test_what_somebody_else_wrote_is_not_ours(
    env: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes]
) -> None:
    writer = half(env, monkeypatch)
    assert writer.state(OLD, (fingerprint(NEW),)) == "partial"
    assert writer.state(OLD, ("another run's",)) == "other"
    env.write_bytes(change(env.read_bytes()))
    assert writer.state(OLD, (fingerprint(NEW),)) == "other"


def test_nobody_plans_against_parts(env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half(env, monkeypatch)
    file = LocalFile(env, ".env")
    with pytest.raises(CouldNotCheck, match="parts of two contents") as caught:
        file.require_whole(env.read_bytes())
    (last,) = (word for word in str(caught.value.help).split() if "under-way" in word)
    assert Path(last).read_bytes() == NEW
    for whole in (OLD, NEW, NEW + b"\n\n", OLD + b"ADDED=1\n"):
        file.require_whole(whole)


def test_parts_are_no_content_of_their_own(env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Going back fails before its first byte: what the file holds was announced by nobody."""
    writer = half(env, monkeypatch)
    with monkeypatch.context() as patched:
        cut_short(patched, 0)
        with pytest.raises(CouldNotCheck, match=r"cannot replace `.*`: No space left"):
            writer.restore(OLD, FileFence())
    with pytest.raises(CouldNotCheck, match="parts of two contents") as caught:
        LocalFile(env, ".env").require_whole(env.read_bytes())
    (last,) = (word for word in str(caught.value.help).split() if "under-way" in word)
    assert Path(last).read_bytes() == OLD


def test_mixtures() -> None:
    assert is_mixture(b"ab34", (b"abcd", b"1234"))
    assert is_mixture(b"a2c4", (b"abcd", b"1234"))
    assert is_mixture(b"ab\n\n", (b"ab", b"1234"))
    assert not is_mixture(b"ab3x", (b"abcd", b"1234"))
    assert not is_mixture(b"ab", (b"abcd", b"1234"))
    assert not is_mixture(b"abcd", (b"abcd",))
    assert not is_mixture(b"abcd", ())


def test_a_longer_content_is_cut_off_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)

    def killed(handle: int, size: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "ftruncate", killed)
    with pytest.raises(OSError, match="error"):
        overwrite(path, SHORT)
    assert path.read_bytes() == SHORT + b"\n" * (len(OLD) - len(SHORT))


def test_mounts_are_known(tmp_path: Path) -> None:
    assert is_mounted(Path("/proc"))
    assert not is_mounted(tmp_path / ".env")
