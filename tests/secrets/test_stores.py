from __future__ import annotations

import os
import socket
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef, Source
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.stores import Place, Resolved, Stores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.secrets.store import ProblemKind, SecretProblem

VALUE = "hunter2-hunter3"


def ask(root: Path, *refs: SecretRef, environ: Mapping[str, str] | None = None, tier: str = "production") -> Resolved:
    return Stores(root=root, environ=environ or {}, masker=Masker()).resolve(refs, place=Place(tier))


def found(root: Path, ref: SecretRef, *, environ: Mapping[str, str] | None = None, tier: str = "production") -> str:
    resolved = ask(root, ref, environ=environ, tier=tier)
    assert resolved.problems == ()
    return resolved.secrets[ref].reveal()


def problem(
    root: Path, ref: SecretRef, *, environ: Mapping[str, str] | None = None, tier: str = "production"
) -> SecretProblem:
    resolved = ask(root, ref, environ=environ, tier=tier)
    assert dict(resolved.secrets) == {}
    (only,) = resolved.problems
    assert only.ref == ref
    assert VALUE not in repr(only)
    return only


def write(path: Path, content: str | bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return path


# env


@pytest.mark.parametrize("value", [VALUE, " spaces ", "true", "null", "007", "line\nline\n", "p#a$$='\"", "ключ"])
def test_a_variable_is_taken_exactly(tmp_path: Path, value: str) -> None:
    assert found(tmp_path, SecretRef("env", "X"), environ={"X": value}) == value


@pytest.mark.parametrize(
    ("environ", "kind", "words"),
    [({}, "missing", "is not set"), ({"X": ""}, "invalid", "set but empty"), ({"X": "a\udcff"}, "invalid", "UTF-8")],
)
def test_a_variable_that_gives_no_secret(
    tmp_path: Path, environ: dict[str, str], kind: ProblemKind, words: str
) -> None:
    answer = problem(tmp_path, SecretRef("env", "X"), environ=environ)
    assert answer.kind == kind
    assert words in answer.message


def test_undecodable_bytes_of_the_real_environment_are_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environb, b"KM_TEST_SECRET", b"hunter2\xff")
    assert problem(tmp_path, SecretRef("env", "KM_TEST_SECRET"), environ=os.environ).kind == "invalid"


# file


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (VALUE, VALUE),
        (VALUE + "\n", VALUE),
        (VALUE + "\r\n", VALUE),
        (VALUE + "\n\n", VALUE + "\n"),
        (VALUE + "\r", VALUE + "\r"),
        (" " + VALUE + " \n", " " + VALUE + " "),
        ("one\r\ntwo\r\n", "one\r\ntwo"),
    ],
)
def test_one_line_ending_is_no_part_of_a_file_secret(tmp_path: Path, content: str, value: str) -> None:
    write(tmp_path / "x", content)
    assert found(tmp_path, SecretRef("file", "x")) == value
    assert found(tmp_path / "elsewhere", SecretRef("file", str(tmp_path / "x"))) == value


@pytest.mark.parametrize("mode", [0o400, 0o440, 0o640, 0o660, 0o644, 0o444])
def test_a_file_may_be_readable_as_mounts_are(tmp_path: Path, mode: int) -> None:
    write(tmp_path / "x", VALUE, mode)
    assert found(tmp_path, SecretRef("file", "x")) == VALUE


@pytest.mark.parametrize("mode", [0o602, 0o646, 0o666])
def test_a_file_that_everybody_can_write_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path / "x", VALUE, mode)
    answer = problem(tmp_path, SecretRef("file", "x"))
    assert answer.kind == "refused"
    assert answer.help is not None
    assert f"chmod o-w {path}" in answer.help


def test_a_mount_made_of_links_is_followed(tmp_path: Path) -> None:
    (tmp_path / "..2026_01_01").mkdir()
    write(tmp_path / "..2026_01_01" / "password", VALUE, 0o440)
    (tmp_path / "..data").symlink_to("..2026_01_01")
    (tmp_path / "password").symlink_to("..data/password")
    assert found(tmp_path, SecretRef("file", "password")) == VALUE


@pytest.mark.timeout(5)
def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        said = {name: problem(tmp_path, SecretRef("file", name)) for name in ("pipe", "folder", "socket", "/dev/zero")}
    assert {answer.kind for answer in said.values()} == {"refused"}
    assert "a named pipe" in said["pipe"].message
    assert "a directory" in said["folder"].message
    assert "a device" in said["/dev/zero"].message


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        ("", "invalid", "empty"),
        ("\n", "invalid", "empty"),
        (b"hunter2-hunter3\xff", "invalid", "UTF-8"),
        ("\ufeff" + VALUE, "invalid", "byte order mark"),
        (VALUE + "\0", "invalid", "NUL"),
        (VALUE * 5000, "refused", "64 KiB"),
    ],
)
def test_a_file_that_gives_no_secret(tmp_path: Path, content: str | bytes, kind: ProblemKind, words: str) -> None:
    write(tmp_path / "x", content)
    answer = problem(tmp_path, SecretRef("file", "x"))
    assert answer.kind == kind
    assert words in answer.message


def test_exactly_64_kib_are_read(tmp_path: Path) -> None:
    write(tmp_path / "x", "ab" * 32 * 1024)
    assert len(found(tmp_path, SecretRef("file", "x"))) == 64 * 1024


@pytest.mark.parametrize(
    ("name", "kind"), [("absent", "missing"), ("x/below", "missing"), ("a\0b", "invalid"), ("n" * 300, "invalid")]
)
def test_a_path_that_leads_nowhere(tmp_path: Path, name: str, kind: ProblemKind) -> None:
    write(tmp_path / "x", VALUE)
    assert problem(tmp_path, SecretRef("file", name)).kind == kind


def test_a_loop_of_links_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert problem(tmp_path, SecretRef("file", "a")).kind == "invalid"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else; run the tests as root")
def test_a_file_of_somebody_else_is_denied() -> None:
    # Not below pytest's folder, which other users cannot enter at all.
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        write(root / "x", VALUE, stat.S_IRUSR)
        os.seteuid(65534)
        try:
            answer = problem(root, SecretRef("file", "x"))
        finally:
            os.seteuid(0)
    assert answer.kind == "denied"
    assert "65534" in answer.message


def test_a_key_picks_a_string_of_a_json_file(tmp_path: Path) -> None:
    write(tmp_path / "x", '{"password": "hunter2-hunter3", "port": 587, "empty": "", "odd": "\\ud800"}')
    assert found(tmp_path, SecretRef("file", "x", key="password")) == VALUE
    said = {key: problem(tmp_path, SecretRef("file", "x", key=key)) for key in ("port", "empty", "odd", "absent")}
    assert {key: answer.kind for key, answer in said.items()} == {
        "port": "invalid",
        "empty": "invalid",
        "odd": "invalid",
        "absent": "missing",
    }
    assert "587" not in said["port"].message


@pytest.mark.parametrize("content", [VALUE, '["hunter2-hunter3"]', '"hunter2-hunter3"', "[" * 60_000, '{"a": '])
def test_a_key_in_a_file_that_is_no_json_object(tmp_path: Path, content: str) -> None:
    write(tmp_path / "x", content)
    answer = problem(tmp_path, SecretRef("file", "x", key="password"))
    assert answer.kind == "invalid"
    assert "no JSON object" in answer.message


# dotenv


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("X=hunter2", "hunter2"),
        ("X='p#a $$ \"${HOME}\" = '", 'p#a $$ "${HOME}" = '),
        ('X="two words # \'"', "two words # '"),
        ("export X = 'a'  # comment", "a"),
        ("X='null'", "null"),
        ("X=true\r", "true"),
    ],
)
def test_a_dotenv_value_is_taken_exactly(tmp_path: Path, line: str, value: str) -> None:
    write(tmp_path / ".env", f'# comment\nOTHER="a\\tb"\n\n{line}\nLAST=1\n', 0o644)
    assert found(tmp_path, SecretRef("dotenv", "X"), tier="development") == value


@pytest.mark.parametrize(
    "line",
    [
        "X=a#b",
        "X=a$b",
        "X=a b",
        "X=a\\b",
        'X="a\\\\b"',
        'X="${Y}"',
        "X='it\\'s'",
        "X='open",
        "X='a'b",
        "X='a=\"b'",
        "X='a\rb'",
    ],
)
def test_a_dotenv_value_that_programs_read_differently_is_not_guessed(tmp_path: Path, line: str) -> None:
    write(tmp_path / ".env", f"A=1\n\n{line}\n")
    answer = problem(tmp_path, SecretRef("dotenv", "X"), tier="development")
    assert answer.kind == "invalid"
    assert "line 3" in answer.message
    assert answer.help is not None
    assert "single quotes" in answer.help


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        ("A=1\n", "missing", "is not set"),
        ("X=\n", "invalid", "empty"),
        ("X\n", "invalid", "empty"),
        ("X=a\nY=b\nX=c\n", "invalid", "lines 1, 3"),
        (None, "missing", "does not exist"),
    ],
)
def test_a_dotenv_file_that_gives_no_secret(tmp_path: Path, content: str | None, kind: ProblemKind, words: str) -> None:
    if content is not None:
        write(tmp_path / ".env", content)
    answer = problem(tmp_path, SecretRef("dotenv", "X"), tier="development")
    assert answer.kind == kind
    assert words in answer.message


@pytest.mark.parametrize("tier", ["staging", "production"])
def test_dotenv_is_for_development_only(tmp_path: Path, tier: str) -> None:
    write(tmp_path / ".env", f"X={VALUE}\n")
    assert problem(tmp_path, SecretRef("dotenv", "X"), tier=tier).kind == "refused"


# all of them


@pytest.mark.parametrize("source", ["vault", "aws_secret", "ssm"])
def test_a_store_that_is_not_declared_says_so(tmp_path: Path, source: Source) -> None:
    answer = problem(tmp_path, SecretRef(source, "km/prod/smtp"))
    assert answer.kind == "undeclared"
    assert answer.help is not None


class CountingEnviron(dict[str, str]):
    reads = 0

    def __getitem__(self, name: str) -> str:
        self.reads += 1
        return super().__getitem__(name)


def test_each_place_is_asked_once_and_every_reference_answered(tmp_path: Path) -> None:
    environ = CountingEnviron(A=VALUE)
    refs = (SecretRef("env", "A"), SecretRef("env", "A", max_age="90d"), SecretRef("env", "A"))
    resolved = ask(tmp_path, *refs, environ=environ)
    assert environ.reads == 1
    assert [secret.reveal() for secret in resolved.secrets.values()] == [VALUE, VALUE]
    assert set(resolved.secrets) == set(refs)


def test_secrets_and_problems_of_several_sources_keep_their_order_and_are_masked(tmp_path: Path) -> None:
    write(tmp_path / "x", "file-secret-1\n")
    refs = [SecretRef("ssm", "/a"), SecretRef("env", "A"), SecretRef("env", "GONE"), SecretRef("file", "x")]
    masker = Masker()
    stores = Stores(root=tmp_path, environ={"A": VALUE}, masker=masker)
    resolved = stores.resolve([*refs, SecretRef("vault", "p", key="k")], place=Place("staging"))
    assert list(resolved.secrets) == [refs[1], refs[3]]
    assert [str(answer.ref) for answer in resolved.problems] == ["ssm:/a", "env:GONE", "vault:p#k"]
    assert masker.mask(f"{VALUE} file-secret-1") == "*** ***"
    assert resolved.secrets[refs[3]] == Secret("file-secret-1", reference="file:x")
    assert VALUE not in repr(resolved)
    assert VALUE not in repr(stores)
