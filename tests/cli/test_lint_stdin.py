"""`kmconfig lint -`: a text that stands for a file, as editors send it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import kmconfig as kmconfig_package
from tests.cli.project import environment
from tests.cli.running import Ran, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.running import Call

STAGING = "environments/staging.yaml"
NEEDS_FIX = environment("staging") + "application: {runtime: HOST}  # one machine\n"
FIXED = NEEDS_FIX.replace("HOST", "host")


@pytest.fixture
def pipe(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Lints a text that stands for a file."""

    def call(text: str | bytes, *options: object, name: object = STAGING) -> Ran:
        data = text.encode() if isinstance(text, str) else text
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        return kmconfig("lint", *options, "--stdin-filename", name, "-")

    return call


def places(ran: Ran) -> list[tuple[str, int, str]]:
    return [(found["path"], found["line"], found["code"]) for found in ran.document["findings"]]


def test_the_text_counts_and_not_the_file(pipe: Callable[..., Ran], root: Path) -> None:
    ran = pipe(environment("staging") + "x: 1\n", "--format", "json")
    assert (ran.code, places(ran)) == (1, [(STAGING, 10, "KM104")])
    write(root, {STAGING: "version: [\n"})
    ran = pipe(environment("staging"), "--format", "json")
    assert (ran.code, places(ran)) == (0, [])
    assert ran.document["summary"]["environments"] == 1
    assert (root / STAGING).read_text(encoding="utf-8") == "version: [\n"


def test_layers_come_from_disk(pipe: Callable[..., Ran], root: Path) -> None:
    base = root / "environments/base.yaml"
    base.write_text(base.read_text(encoding="utf-8").replace("smtp.sendgrid.net", "yourdomain.com"), encoding="utf-8")
    assert places(pipe(environment("staging"), "--format", "json")) == [("environments/base.yaml", 8, "KM212")]
    assert pipe(environment("staging", base="nowhere.yaml")).code == 1


def test_a_layer_is_linted_with_what_is_built_on_it(pipe: Callable[..., Ran], root: Path) -> None:
    text = (root / "environments/base.yaml").read_text(encoding="utf-8").replace("smtp.sendgrid.net", "yourdomain.com")
    ran = pipe(text, "--format", "json", name="environments/base.yaml")
    assert ran.document["findings"][0]["environments"] == ["development", "production", "staging"]


def test_only_what_concerns_the_text(pipe: Callable[..., Ran], root: Path) -> None:
    write(root, {"environments/production.yaml": environment("production") + "x: 1\n"})
    assert pipe(environment("staging")).code == 0


@pytest.mark.parametrize(
    ("name", "base"),
    [("environments/new.yaml", "base.yaml"), ("environments/acme/eu.yaml", "../base.yaml"), ("loose/new.yaml", None)],
)
def test_a_file_that_is_not_there_yet(pipe: Callable[..., Ran], name: str, base: str | None) -> None:
    text = environment("staging", name="new", base=base or "base.yaml") + "x: 1\n"
    found = places(pipe(text, "--format", "json", name=name))
    assert (name, 10, "KM104") in found
    assert ((name, 2, "KM108") in found) == (base is None)


def test_the_name_may_be_absolute_or_in_another_folder(
    pipe: Callable[..., Ran], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / "environments")
    for name in (root / STAGING, "staging.yaml", "./staging.yaml", "../environments/staging.yaml"):
        ran = pipe(environment("staging") + "x: 1\n", "--format", "json", name=name)
        assert places(ran) == [(STAGING, 10, "KM104")], name


def test_the_project_file(pipe: Callable[..., Ran], root: Path) -> None:
    ran = pipe("version: 1\nlint: {fial_on: note}\n", "--format", "json", name="kmconfig.yaml")
    assert (ran.code, places(ran)) == (1, [("kmconfig.yaml", 2, "KM104")])
    assert not (root / "kmconfig.yaml").exists()


@pytest.mark.parametrize("data", [b"\0", b"", b"version: [", b"x" * (1024 * 1024 + 1)])
@pytest.mark.parametrize("option", [(), ("--fix",)])
def test_a_text_that_cannot_be_read(pipe: Callable[..., Ran], data: bytes, option: tuple[str, ...]) -> None:
    ran = pipe(data, *option)
    assert ran.code == 1
    assert "error[" in (ran.err if option else ran.out)
    assert not option or ran.out.encode() == data


def test_bytes_that_are_no_text_come_out_as_they_went_in(root: Path) -> None:
    line = [sys.executable, "-m", "kmconfig.cli.entry", "lint", "--fix", "--stdin-filename", STAGING, "-"]
    package = str(Path(kmconfig_package.__file__).parents[1])
    ran = subprocess.run(line, input=b"a: \xff\r\n", capture_output=True, check=False, env={"PYTHONPATH": package})
    assert (ran.returncode, ran.stdout) == (1, b"a: \xff\r\n")
    assert b"error[KM110]" in ran.stderr


def test_a_closed_standard_input(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    ran = kmconfig("lint", "--stdin-filename", STAGING, "-")
    assert (ran.code, ran.out) == (64, "")
    assert "standard input is closed" in ran.err


def test_fix_prints_the_text(pipe: Callable[..., Ran], root: Path) -> None:
    before = (root / STAGING).read_bytes()
    ran = pipe(NEEDS_FIX, "--fix")
    assert (ran.code, ran.out) == (0, FIXED)
    assert ran.err == "no findings in 2 files, 1 environment (1 fixed)\n"
    assert (root / STAGING).read_bytes() == before
    assert pipe(FIXED, "--fix").out == FIXED


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_marks_and_line_ends_stay(pipe: Callable[..., Ran], mark: str, end: str) -> None:
    assert pipe(mark + NEEDS_FIX.replace("\n", end), "--fix", "-q").out == mark + FIXED.replace("\n", end)


def test_what_is_left_is_reported_beside_the_text(pipe: Callable[..., Ran], root: Path) -> None:
    ran = pipe(NEEDS_FIX + "x: 1\n", "--fix")
    assert (ran.code, ran.out) == (1, FIXED + "x: 1\n")
    assert "error[KM104]" in ran.err
    ran = pipe(NEEDS_FIX + "x: 1\n", "--fix", "--format", "json=report.json")
    assert (ran.code, ran.err) == (1, "")
    report = json.loads((root / "report.json").read_text(encoding="utf-8"))
    assert [found["code"] for found in report["findings"]] == ["KM104"]


def test_layers_are_not_fixed_with_it(pipe: Callable[..., Ran], root: Path) -> None:
    base = root / "environments/base.yaml"
    text = base.read_text(encoding="utf-8").replace("name: Acme", "runtime: HOST\n  name: Acme")
    base.write_text(text, encoding="utf-8")
    ran = pipe(environment("staging"), "--unsafe-fixes")
    assert (ran.code, ran.out) == (1, environment("staging"))
    assert base.read_text(encoding="utf-8") == text


def test_diff(pipe: Callable[..., Ran], root: Path) -> None:
    ran = pipe(NEEDS_FIX, "--diff")
    assert ran.code == 1
    assert ran.out.splitlines()[:2] == [f"--- {STAGING}", f"+++ {STAGING}"]
    assert "+application: {runtime: host}  # one machine" in ran.out
    assert "HOST" not in (root / STAGING).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-",), "--stdin-filename"),
        (("-", STAGING, "--stdin-filename", STAGING), "`-` stands alone"),
        (("-", "-", "--stdin-filename", STAGING), "`-` stands alone"),
        (("--stdin-filename", STAGING), "goes with `-`"),
        ((STAGING, "--stdin-filename", STAGING), "goes with `-`"),
        (("-", "--stdin-filename", ""), "names no file"),
        (("-", "--stdin-filename", "environments"), "names no file"),
        (("-", "--stdin-filename", STAGING, "--fix", "--format", "json"), "--format json=FILE"),
    ],
)
def test_wrong_calls(kmconfig: Call, root: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = kmconfig("lint", *arguments)
    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err
