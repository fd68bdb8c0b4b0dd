"""Calls that cannot work: the exit code, a sentence, a remedy, and never a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.cli.app import COMMANDS
from tests.cli.project import environment, variable
from tests.cli.running import Call, Ran, write

if TYPE_CHECKING:
    from pathlib import Path

#: Contract, section 3, and what shells need to complete.
NAMED_BY_THE_CONTRACT = {
    *("init", "import", "lint", "rules", "explain", "show", "schema", "diff", "secrets", "dns", "test", "plan"),
    *("apply", "rollback", "drift", "history", "render", "report", "demo"),
    "completion",
}


def assert_said(ran: Ran, code: int, *words: str) -> None:
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith("kmconfig: ")
    assert "\n  help: " in ran.err
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err


def test_every_command_of_the_contract_is_known() -> None:
    assert COMMANDS.keys() == NAMED_BY_THE_CONTRACT


@pytest.mark.parametrize(("word", "guess"), [("lnit", "lint"), ("aply", "apply"), ("plans", "plan")])
def test_an_unknown_command(kmconfig: Call, word: str, guess: str) -> None:
    assert_said(kmconfig(word), 64, word, f"did you mean `{guess}`?")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option(kmconfig: Call, root: Path, command: str) -> None:
    assert_said(kmconfig(command, "--nonsense"), 64, "--nonsense", f"`kmconfig {command} --help`")


@pytest.mark.parametrize(("option", "guess"), [("--formt", "--format"), ("--verbos", "--verbose")])
def test_a_misspelt_option(kmconfig: Call, root: Path, option: str, guess: str) -> None:
    assert_said(kmconfig("plan", option, "json", "staging"), 64, guess)


@pytest.mark.parametrize("command", ["rules", "explain", "show", "test", "plan", "apply"])
def test_an_unknown_format(kmconfig: Call, root: Path, command: str) -> None:
    assert_said(kmconfig(command, "--format", "xml", "staging"), 64, "xml", "json")


def test_an_unknown_rule(kmconfig: Call) -> None:
    assert_said(kmconfig("explain", "KM999"), 64, "there is no rule `KM999`")
    assert_said(kmconfig("explain", "plaintext-secrets"), 64, "did you mean `plaintext-secret`?")
    assert_said(kmconfig("explain", "xyzzy"), 64, "`kmconfig rules` lists all rules")


def test_an_unknown_schema(kmconfig: Call) -> None:
    assert_said(kmconfig("schema", "environments"), 64, "environment")


@pytest.mark.parametrize("command", ["show", "test", "plan", "apply"])
def test_an_unknown_environment(kmconfig: Call, root: Path, command: str) -> None:
    assert_said(kmconfig(command, "prodction"), 65, "no environment `prodction`", "did you mean `production`?")
    assert_said(kmconfig(command, "xyzzy"), 65, "there are: development, production, staging")
    assert_said(kmconfig(command, "base"), 65, "`base` is a layer")


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "", ".", "a\0b", "staging.yaml", "\udcff", "x" * 5000])
@pytest.mark.parametrize("command", ["show", "plan"])
def test_odd_names_of_environments(kmconfig: Call, root: Path, command: str, name: str) -> None:
    write(root, {"secret.yaml": environment("staging")})
    assert_said(kmconfig(command, name), 65)


@pytest.mark.parametrize("command", ["test", "plan", "apply"])
def test_no_environment_named(kmconfig: Call, root: Path, command: str) -> None:
    assert_said(kmconfig(command), 64, "name an environment", "development, production, staging")


@pytest.mark.parametrize("command", ["secrets", "dns", "test", "plan", "apply", "drift"])
def test_all_and_some(kmconfig: Call, root: Path, command: str) -> None:
    ran = kmconfig(command, "--all", "staging", "production")
    assert_said(ran, 64, "--all and names exclude each other", "leave out --all, or `staging production`")


@pytest.mark.parametrize("command", ["test", "plan", "apply"])
def test_all_of_none(kmconfig: Call, tmp_path: Path, command: str) -> None:
    (tmp_path / "environments").mkdir()
    assert_said(kmconfig(command, "--all", "-C", tmp_path), 65, "there is no environment")


@pytest.mark.parametrize("command", ["show", "test", "plan", "apply"])
@pytest.mark.parametrize(
    "text",
    ["version: [", "version: 1\ntier: production\n", environment("staging") + "x: 1\n", "\0", "tier: staging\n"],
)
def test_an_environment_that_cannot_be_used(kmconfig: Call, root: Path, command: str, text: str) -> None:
    write(root, {"environments/broken.yaml": text})
    assert_said(kmconfig(command, "broken"), 65, "environments/broken.yaml:", "`kmconfig lint`")


def test_at_most_five_faults_are_shown(kmconfig: Call, root: Path) -> None:
    write(root, {"environments/broken.yaml": environment("staging") + "".join(f"x{n}: 1\n" for n in range(9))})
    ran = kmconfig("show", "broken")
    assert ran.err.count("environments/broken.yaml:") == 5
    assert "and 4 more" in ran.err


@pytest.mark.parametrize("command", ["show", "test", "plan", "apply"])
def test_a_project_file_that_cannot_be_used(kmconfig: Call, root: Path, command: str) -> None:
    write(root, {"kmconfig.yaml": "version: 1\npolcy: {hosts: [a.test]}\n"})
    assert_said(kmconfig(command, "staging"), 65, "kmconfig.yaml:2:1")


def test_a_secret_that_is_not_there(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(variable("staging"))
    for line in (("plan", "staging"), ("apply", "staging", "--yes"), ("test", "staging")):
        assert_said(kmconfig(*line), 5, variable("staging"))


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")])
def test_no_target(kmconfig: Call, root: Path, command: tuple[str, ...]) -> None:
    text = environment("staging")
    write(root, {"environments/bare.yaml": text[: text.index("target:")]})
    assert_said(kmconfig(*command, "bare"), 65, "no `target`")


def test_a_target_that_is_not_ours(kmconfig: Call, root: Path) -> None:
    write(root, {"out/staging.json": "[]"})
    for command in (("plan",), ("apply", "--yes")):
        assert_said(kmconfig(*command, "staging"), 5, "out/staging.json")


@pytest.mark.parametrize("name", ["host-changes", "", "all"])
@pytest.mark.parametrize("command", ["test", "apply"])
def test_an_unknown_guard(kmconfig: Call, root: Path, command: str, name: str) -> None:
    assert_said(kmconfig(command, "staging", "--approve", name), 64, "there is no guard", "host-change")


@pytest.mark.parametrize("timeout", ["soon", "0", "-1", "10 s", "1e3", "99999999999s"])
def test_an_odd_timeout(kmconfig: Call, root: Path, timeout: str) -> None:
    assert_said(kmconfig("test", "staging", "--timeout", timeout), 64, "is no duration")


def test_a_reason_must_say_something(kmconfig: Call, root: Path) -> None:
    assert_said(kmconfig("apply", "staging", "--yes", "--no-test-send", " "), 64, "needs a reason")


@pytest.mark.parametrize("output", ["nowhere/x.json", "environments", "/proc/x"])
def test_a_result_that_cannot_be_written(kmconfig: Call, root: Path, output: str) -> None:
    assert_said(kmconfig("show", "staging", "--output", output), 64, output)
