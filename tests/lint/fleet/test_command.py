"""``kmconfig lint`` of hundreds of files."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from kmconfig.cli import lint_subject
from kmconfig.lint.fleet import run
from tests.cli.running import Call, Ran, caller
from tests.lint.clean import clean
from tests.lint.fleet.projects import examined_again, seeded, write_project

SIZE = lint_subject.MANY + 4


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs kmconfig in the current folder."""
    return caller(capsys)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fleet with faults here and there, which is also the current folder."""
    root = tmp_path / "project"
    folder = write_project(root, seeded(3), examples=3) / "environments"
    for number in range(SIZE):
        more = "wrong: 1\n" if number % 100 == 0 else ""
        text = f"version: 1\ntier: staging\nextends: clean-staging.yaml\nowner: team {number}\n{more}"
        (folder / f"e{number:03}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(root)
    monkeypatch.setattr(run, "CHUNK", 50)
    return root


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A few files that count as many."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "base.yaml").write_text(clean("staging"), encoding="utf-8")
    for name in ("a", "b", "c"):
        text = f"version: 1\ntier: staging\nextends: base.yaml\ntarget: {{file: {{path: {name}.json}}}}\n"
        (tmp_path / "environments" / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lint_subject, "MANY", 1)
    monkeypatch.setattr("kmconfig.cli.lint_fleet.processors", lambda: 1)
    return tmp_path


def _kept() -> list[bytes]:
    """The contents of all files with results."""
    return [path.read_bytes() for path in sorted(Path(os.environ["HOME"]).glob(".cache/kmconfig/*"))]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--format", "json"),
        ("--format", "sarif"),
        ("--statistics", "--no-suppressions"),
        ("--format", "json", "--select", "KM1,KM603", "--fail-on", "never"),
        ("--format", "json", "environments/e100.yaml", "environments/layer-a.yaml"),
        ("--format", "sarif", "kmconfig.yaml", "environments/n"),
        ("environments/e001.yaml",),
        ("environments/nothing.txt",),
    ],
)
def test_the_same_as_for_few(
    root: Path, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    (root / "environments" / "nothing.txt").write_bytes(b"")
    first = kmconfig("lint", *arguments)
    again = kmconfig("lint", *arguments)
    anew = kmconfig("lint", "--no-cache", *arguments)
    monkeypatch.setattr(lint_subject, "MANY", 10**6)
    wanted = kmconfig("lint", *arguments)
    assert first == wanted
    assert again == wanted
    assert anew == wanted


def test_only_what_changed_is_looked_at_again(few: Path, kmconfig: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    examined = examined_again(monkeypatch)
    assert kmconfig("lint").code == 0
    assert len(examined) == 4
    assert kmconfig("lint", "environments/a.yaml").code == 0
    assert len(examined) == 4
    with (few / "environments" / "a.yaml").open("a", encoding="utf-8") as stream:
        stream.write("wrong: 1\n")
    assert kmconfig("lint").code == 1
    assert examined[4:] == ["a.yaml"]
    assert kmconfig("lint", "--no-cache").code == 1
    assert len(examined) == 9


@pytest.mark.parametrize(
    ("variables", "kept"),
    [
        ({}, True),
        ({"KMCONFIG_CACHE_DIR": ""}, False),
        ({"KMCONFIG_CACHE_DIR": "relative"}, False),
        ({"HOME": None}, False),
    ],
)
def test_where_there_is_nowhere_to_keep_results(
    few: Path, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str | None], *, kept: bool
) -> None:
    home = Path(os.environ["HOME"])
    for name, value in variables.items():
        if value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)
    examined = examined_again(monkeypatch)
    assert [kmconfig("lint", "-v") for _ in range(2)] == [kmconfig("lint", "--no-cache", "-v")] * 2
    assert len(examined) == (8 if kept else 12)
    assert (home / ".cache").is_dir() is kept
    assert not (few / "relative").exists()


def test_no_cache_neither_reads_nor_writes(few: Path, kmconfig: Call) -> None:
    assert kmconfig("lint", "--no-cache").code == 0
    assert _kept() == []


def test_why_results_are_not_kept_is_said_to_whoever_asks(
    few: Path, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = few / "cache"
    folder.write_bytes(b"")
    monkeypatch.setenv("KMCONFIG_CACHE_DIR", str(folder))
    quiet, verbose = kmconfig("lint"), kmconfig("lint", "-v")
    assert (quiet.code, quiet.err) == (0, "")
    assert verbose == Ran(0, quiet.out, f"results are not kept for the next run: {folder}: File exists\n")


def test_standard_input_stands_for_a_file_of_the_fleet(
    few: Path, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"version: 1\ntier: staging\nextends: base.yaml\nwrong: 1\ntarget: {file: {path: b.json}}\n"

    def lint(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        return kmconfig("lint", "--format", "json", "--stdin-filename", "environments/a.yaml", *arguments, "-")

    kmconfig("lint")
    before = _kept()
    ran = lint()
    assert [found["code"] for found in ran.document["findings"]] == ["KM104", "KM603"]
    assert _kept() == before
    assert lint("--no-cache") == ran
    monkeypatch.setattr(lint_subject, "MANY", 100)
    assert lint() == ran
    assert kmconfig("lint").code == 0


def test_two_files_of_one_name_are_told_apart_in_memory(
    few: Path, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    (few / "environments" / "a.yml").write_bytes((few / "environments" / "a.yaml").read_bytes())
    examined = examined_again(monkeypatch)
    ran = kmconfig("lint", "--format", "json")
    assert "KM102" in {found["code"] for found in ran.document["findings"]}
    assert examined == []


def test_fixes_and_baselines_work_as_with_few(few: Path, kmconfig: Call) -> None:
    (few / "environments" / "a.yaml").write_text(
        "version: 1\ntier: staging\nextends: base.yaml\nowner: a  # kmconfig: ignore[KM203] nothing\n", encoding="utf-8"
    )
    assert kmconfig("lint", "--baseline", "b.json", "--write-baseline").code == 0
    assert kmconfig("lint", "--baseline", "b.json", "--fail-on", "note").code == 0
    kmconfig("lint", "--fix")
    assert "KM203" not in (few / "environments" / "a.yaml").read_text(encoding="utf-8")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_it_goes_and_then_an_empty_line(
    few: Path, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(run, "CHUNK", 2)
    monkeypatch.setattr(sys, "stderr", terminal)
    ran = kmconfig("lint", "--no-cache")
    assert terminal.getvalue() == "\rchecked 2 of 4 files\rchecked 4 of 4 files\r\x1b[K"
    assert ran.code == 0
    assert "checked" not in ran.out.partition("\n")[0]
    monkeypatch.setattr(sys, "stderr", quiet := _Terminal())
    kmconfig("lint", "--no-cache", "-q")
    assert quiet.getvalue() == ""
