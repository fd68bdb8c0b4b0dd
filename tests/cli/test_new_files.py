"""Files that do not exist yet are created all or none, and each as a whole."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kmconfig.cli.new_files import create_files
from kmconfig.errors import Refused, UsageError

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"a.yaml": b"a\n", "deep/er/b.yaml": b"b\n"}


def contents(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*")}


def test_files_and_their_folders_are_made(tmp_path: Path) -> None:
    create_files(tmp_path, FILES)
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == FILES
    assert contents(tmp_path) == {"a.yaml", "deep", "deep/er", "deep/er/b.yaml"}


def test_modes_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        create_files(tmp_path, {"a": b""})
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("taken", FILES)
def test_one_that_exists_refuses_all(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / taken).write_bytes(b"mine\n")
    before = contents(tmp_path)
    with pytest.raises(Refused, match="never overwritten"):
        create_files(tmp_path, FILES)
    assert contents(tmp_path) == before
    assert (tmp_path / taken).read_bytes() == b"mine\n"


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.yaml").symlink_to(tmp_path / "outside")
    with pytest.raises(Refused):
        create_files(root, FILES)
    assert not (tmp_path / "outside").exists()


def test_a_folder_that_leads_outside_is_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "deep").symlink_to(outside)
    with pytest.raises(Refused, match="outside the root"):
        create_files(root, FILES)
    assert contents(outside) == set()
    assert contents(root) == {"deep"}


def test_a_file_in_the_place_of_a_folder_undoes_all(tmp_path: Path) -> None:
    (tmp_path / "deep").write_bytes(b"")
    with pytest.raises(UsageError, match=r"deep/er/b\.yaml") as caught:
        create_files(tmp_path, FILES)
    assert "move that file away" in str(caught.value.help)
    assert contents(tmp_path) == {"deep"}


def test_a_failure_in_the_middle_undoes_all(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write") as caught:
        create_files(tmp_path, {**FILES, f"{'x' * 300}.yaml": b""})
    assert "choose a shorter name" in str(caught.value.help)
    assert len(caught.value.sentence) < 300
    assert contents(tmp_path) == set()


def test_a_full_disk_undoes_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync
    calls: list[int] = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left on device") as caught:
        create_files(tmp_path, FILES)
    assert "make room on the disk" in str(caught.value.help)
    assert contents(tmp_path) == set()


def test_an_interruption_undoes_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        create_files(tmp_path, FILES)
    assert contents(tmp_path) == set()


@pytest.mark.parametrize("number", [1, 95])
def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, "no links here")

    monkeypatch.setattr(os, "link", refused)
    create_files(tmp_path, FILES)
    assert contents(tmp_path) == {"a.yaml", "deep", "deep/er", "deep/er/b.yaml"}
    with pytest.raises(Refused):
        create_files(tmp_path, FILES)
