"""Help, versions and the options that every command knows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig import __version__
from kmconfig.cli.app import COMMANDS
from kmconfig.cli.entry import main
from kmconfig.cli.front_page import EXAMPLE, EXIT_CODES, GROUPS
from kmconfig.environment.schemas import SCHEMA_NAMES
from kmconfig.errors import KmconfigError
from tests.cli.running import Ran

if TYPE_CHECKING:
    from tests.cli.running import Call

GLOBAL_OPTIONS = ("-C DIR", "--color", "--verbose", "--quiet")


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_lists_the_commands(kmconfig: Call, flag: str) -> None:
    ran = kmconfig(flag)
    assert (ran.code, ran.err) == (0, "")
    for name, (_, text) in COMMANDS.items():
        assert f"  {name}" in ran.out
        assert text.split(",")[0].split()[0] in ran.out


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(kmconfig: Call, command: str, flag: str) -> None:
    ran = kmconfig(command, flag)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: kmconfig {command} ")
    for option in GLOBAL_OPTIONS:
        assert option in ran.out


def test_without_a_command_help_is_shown(kmconfig: Call) -> None:
    ran = kmconfig()
    assert ran.code == 64
    assert "Usage: kmconfig " in ran.out + ran.err
    assert "Commands:" in ran.out + ran.err


def test_help_is_a_way_through_the_commands(kmconfig: Call) -> None:
    out = kmconfig("--help").out
    assert sorted(name for _, names in GROUPS for name in names) == sorted(COMMANDS)
    places = [out.index(f"  {title}:\n") for title, _ in GROUPS]
    assert places == sorted(places)
    for line, _ in EXAMPLE:
        assert f"  {line} " in out
    for code in EXIT_CODES:
        assert f"\n  {code} " in out
    for place in re.findall(r"docs/\S+\.md", out):
        assert (Path(__file__).parents[2] / place).is_file()


def test_the_help_of_schema_names_them_all(kmconfig: Call) -> None:
    (told,) = re.findall(r"NAME is (.*?)\.\n", kmconfig("schema", "--help").out, re.DOTALL)
    assert re.split(r",\s+|\s+or\s+", told) == list(SCHEMA_NAMES)


def test_every_exit_code_of_an_error_is_explained() -> None:
    codes = {KmconfigError.exit_code, *(error.exit_code for error in KmconfigError.__subclasses__())}
    assert codes | {0, 2, 130} == EXIT_CODES.keys()


def test_version_is_the_same_by_the_short_way(
    kmconfig: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = kmconfig("--version")
    assert (ran.code, ran.out, ran.err) == (0, f"kmconfig {__version__}\n", "")
    monkeypatch.setattr(sys, "argv", ["kmconfig", "--version"])
    main()
    assert capsys.readouterr() == (ran.out, "")


def test_the_module_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kmconfig", "--version"], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == f"kmconfig {__version__}\n"


def test_the_entry_ends_the_process_with_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["kmconfig", "nonsense"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 64


@pytest.mark.parametrize("line", [("-C", "{root}", "show", "staging"), ("show", "-C", "{root}", "staging")])
def test_folder_before_and_behind_the_command(
    kmconfig: Call, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = kmconfig(*(word.format(root=root) for word in line))
    assert ran.code == 0
    assert ran.out.startswith("staging (staging)\n")


def test_folders_add_up_like_git(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent.parent)
    ran = kmconfig("-C", root.parent.name, "show", "-C", root.name, "staging")
    assert ran.code == 0


def test_the_root_is_found_from_below(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "out")
    assert kmconfig("show", "staging").code == 0
    monkeypatch.chdir(root / "environments")
    assert kmconfig("lint").code == 0


def test_a_folder_that_is_not_there(kmconfig: Call, tmp_path: Path) -> None:
    ran = kmconfig("-C", tmp_path / "nowhere", "lint")
    assert ran.code == 64
    assert "nowhere" in ran.err


@pytest.mark.parametrize("where", ["before", "behind"])
@pytest.mark.parametrize("choice", ["always", "never", "auto"])
@pytest.mark.parametrize("command", [("rules",), ("show", "staging"), ("explain", "KM201"), ("lint",)])
def test_color(kmconfig: Call, root: Path, command: tuple[str, ...], choice: str, where: str) -> None:
    option = ("--color", choice)
    ran = kmconfig(*option, *command) if where == "before" else kmconfig(*command, *option)
    assert ran.code == 0
    assert ("\x1b[" in ran.out) == (choice == "always")


@pytest.mark.parametrize(
    ("variables", "choice", "colored"),
    [
        ({}, "auto", True),
        ({"NO_COLOR": "1"}, "auto", False),
        ({"NO_COLOR": ""}, "auto", True),
        ({"TERM": "dumb"}, "auto", False),
        ({"NO_COLOR": "1"}, "always", True),
        ({}, "never", False),
    ],
)
@pytest.mark.usefixtures("root")
def test_color_on_a_terminal(
    kmconfig: Call, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], choice: str, colored: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert ("\x1b[" in kmconfig("show", "staging", "--color", choice).out) == colored


@pytest.mark.parametrize("line", [("-q", "lint"), ("lint", "-q"), ("lint", "--quiet")])
def test_quiet_says_nothing_when_all_is_well(kmconfig: Call, root: Path, line: tuple[str, ...]) -> None:
    assert kmconfig(*line) == Ran(0, "", "")


def test_quiet_still_says_what_is_wrong(kmconfig: Call, root: Path) -> None:
    (root / "environments/base.yaml").write_text("version: 1\nemial: {}\n", encoding="utf-8")
    ran = kmconfig("lint", "-q")
    assert ran.code == 1
    assert "emial" in ran.out
    assert kmconfig("-q", "show", "nobody").err.startswith("kmconfig: ")


def test_verbose_counts(kmconfig: Call, root: Path) -> None:
    assert kmconfig("-v", "lint", "-vv").code == 0
