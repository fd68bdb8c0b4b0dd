"""A file is replaced as a whole or not at all, and keeps what is its own."""

from __future__ import annotations

import errno
import os
import resource
import stat
import struct
from typing import TYPE_CHECKING

import pytest

from kmconfig.targets.atomic import replace_file, sweep_matching, sweep_temporaries, try_replace

if TYPE_CHECKING:
    from pathlib import Path

ACL = "system.posix_acl_access"


def test_the_content_is_replaced_and_the_mode_kept(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"old")
    file.chmod(0o640)
    before = file.stat().st_ino
    replace_file(file, b"new")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"new", 0o640)
    assert file.stat().st_ino != before
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("mode", "wanted"), [(None, 0o644), (0o600, 0o600)])
def test_a_new_file(tmp_path: Path, mode: int | None, wanted: int) -> None:
    replace_file(tmp_path / "new", b"", mode=mode)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == wanted


def test_a_read_only_file_stays_read_only(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    file.chmod(0o400)
    replace_file(file, b"new")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"new", 0o400)


def test_links_stay_links(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    file = tmp_path / "shared" / "file"
    file.write_bytes(b"old")
    (tmp_path / "middle").symlink_to("shared/file")
    (tmp_path / "link").symlink_to(tmp_path / "middle")
    replace_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "middle").is_symlink()
    assert file.read_bytes() == b"new"


def test_whoever_has_the_file_open_goes_on_reading_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old content")
    with file.open("rb") as reader:
        assert reader.read(3) == b"old"
        replace_file(file, b"new")
        assert reader.read() == b" content"


def test_the_owner_is_kept(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    file = tmp_path / "file"
    file.write_bytes(b"old")
    os.chown(file, 12345, 23456)
    file.chmod(0o4750)
    replace_file(file, b"new")
    status = file.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (12345, 23456, 0o4750)


def access_list(*, reader: int) -> bytes:
    """Owner rw, user ``reader`` r, group none, mask r, others none, as acl(5) keeps it on Linux."""
    nobody = 0xFFFFFFFF
    entries = [(1, 6, nobody), (2, 4, reader), (4, 0, nobody), (16, 4, nobody), (32, 0, nobody)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def set_access_list(path: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        pytest.skip("this file system knows no access lists")


def test_the_access_list_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    set_access_list(file, ACL, access_list(reader=33))
    replace_file(file, b"new")
    assert os.getxattr(file, ACL) == access_list(reader=33)


def test_the_folder_gives_no_access_that_the_file_did_not_give(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    file.chmod(0o640)
    set_access_list(tmp_path, "system.posix_acl_default", access_list(reader=33))
    replace_file(file, b"new")
    assert ACL not in os.listxattr(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_no_room_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            replace_file(file, b"x" * 101)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        replace_file(tmp_path / "folder", b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_trying_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    before = file.stat()
    try_replace(file)
    assert file.stat() == before
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(FileNotFoundError):
        try_replace(tmp_path / "missing" / "file")


def test_only_what_killed_runs_left_of_this_file_is_swept(tmp_path: Path) -> None:
    ours = tmp_path / "..env.kmconfig-tmp-0123456789ab"
    others = [
        tmp_path / ".env",
        tmp_path / "..env.production.kmconfig-tmp-0123456789ab",
        tmp_path / "..env.kmconfig-tmp-notes",
        tmp_path / "..env.kmconfig-tmp-",
    ]
    for path in (ours, *others):
        path.touch()
    (tmp_path / "link").symlink_to(".env")
    sweep_temporaries(tmp_path / "link")
    assert not ours.exists()
    assert all(path.exists() for path in others)
    sweep_matching(tmp_path, r"\.env\.[a-z]+")
    assert not others[1].exists()
