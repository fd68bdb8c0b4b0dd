"""Only regular files of sound UTF-8 text are read; everything else is a problem, at once."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.source.reader import MAX_BYTES, decode, read_source

if TYPE_CHECKING:
    from collections.abc import Iterator


def codes(raw: bytes) -> list[tuple[str, int, int]]:
    _, problem = decode(raw, "x.yaml")
    return [] if problem is None else [(problem.code, problem.span.line, problem.span.column)]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", []),
        (b"a: 1\n", []),
        (b"\xef\xbb\xbfa: 1\n", []),
        ("a: ä😀\u00a0\u200b\u200f\ue000\n\t\r\n".encode(), []),
        # not UTF-8
        (b"a: \xff\n", [("KM110", 1, 4)]),
        ("ä: b\nö: ".encode() + b"\xe9\n", [("KM110", 2, 4)]),
        ("a: ü\n".encode("latin-1"), [("KM110", 1, 4)]),
        ("a: 1\n".encode("utf-16"), [("KM110", 1, 1)]),
        ("a: 1\n".encode("utf-16-le"), [("KM101", 1, 2)]),
        (b"a: \xed\xa0\x80\n", [("KM110", 1, 4)]),
        (b"a: \xc0\x80\n", [("KM110", 1, 4)]),
        (b"a: \xf4\x90\x80\x80\n", [("KM110", 1, 4)]),
        (b"a: 1\nb: \xe2\x82", [("KM110", 2, 4)]),
        (b"\xef\xbb\xbf\nb: \xe2\x82", [("KM110", 2, 4)]),
        # controls
        (b"a: 1\nb: \0\n", [("KM101", 2, 4)]),
        (b"a: \x1b[31m\n", [("KM101", 1, 4)]),
        (b"a: \x07\n", [("KM101", 1, 4)]),
        (b"a: \x0c\n", [("KM101", 1, 4)]),
        (b"a: \x7f\n", [("KM101", 1, 4)]),
        ("ä: \x80\n".encode(), [("KM101", 1, 4)]),
        ("ä: \x9f\n".encode(), [("KM101", 1, 4)]),
        ("a: \uffff\n".encode(), [("KM101", 1, 4)]),
        # what readers see differently
        ("a: 1 # \x85b: 2\n".encode(), [("KM107", 1, 8)]),
        ("a: 1 # \u2028b: 2\n".encode(), [("KM107", 1, 8)]),
        ("a: 1 # \u2029b: 2\n".encode(), [("KM107", 1, 8)]),
        ("a: 1 # \u202eb: 2\n".encode(), [("KM107", 1, 8)]),
        ("a: 1 # \u2067b: 2\n".encode(), [("KM107", 1, 8)]),
        ("\ufeff\ufeffa: 1\n".encode(), [("KM107", 1, 1)]),
        ("a: 1\n\ufeffb: 2\n".encode(), [("KM107", 2, 1)]),
    ],
)
def test_bytes(raw: bytes, found: list[tuple[str, int, int]]) -> None:
    assert codes(raw) == found


def test_every_control_character_is_refused() -> None:
    allowed = {"\t", "\n", "\r"}
    for number in [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]:
        assert bool(codes(f"a: {chr(number)}".encode())) == (chr(number) not in allowed), hex(number)


def test_a_file_of_one_mebibyte_is_read_and_no_larger_one() -> None:
    assert codes(b"#" * MAX_BYTES) == []
    assert codes(b"#" * (MAX_BYTES + 1)) == [("KM110", 1, 1)]


def reason(location: Path) -> str:
    file, problem = read_source(location, "x.yaml")
    assert problem is not None
    assert (problem.code, problem.span.start, problem.span.end) == ("KM110", 0, 0)
    assert (file.path, file.text) == ("x.yaml", "")
    return problem.message


@pytest.mark.timeout(10)
def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "dangling.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    assert "directory" in reason(tmp_path)
    assert "regular" in reason(tmp_path / "pipe.yaml")
    assert "regular" in reason(Path("/dev/zero"))
    assert "no such file" in reason(tmp_path / "dangling.yaml")
    assert "symbolic links" in reason(tmp_path / "loop.yaml")
    assert "no such file" in reason(tmp_path / "nowhere.yaml")
    assert "too long" in reason(tmp_path / ("x" * 300))
    assert "cannot be read" in reason(tmp_path / "x\0y")


def test_a_socket_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.yaml")
        assert "cannot read" in reason(tmp_path / "s.yaml")


@pytest.fixture
def without_rights() -> Iterator[None]:
    """Root may read everything, so be somebody else for the test."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_permission_denied(tmp_path: Path, without_rights: None) -> None:
    if os.access(tmp_path, os.W_OK, effective_ids=True):
        (tmp_path / "x.yaml").touch(mode=0)
    assert "permission denied" in reason(tmp_path / "x.yaml")


def test_a_link_to_a_file_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    file, problem = read_source(tmp_path / "link.yaml", "environments/link.yaml")
    assert problem is None
    assert (file.path, file.text) == ("environments/link.yaml", "a: 1\n")
