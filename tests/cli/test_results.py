"""Commands that print a result: show, rules, explain, schema, plan; as text, as JSON, and into a file."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.schemas import SCHEMA_NAMES, schema_text
from kmconfig.lint.rules.all import RULES
from tests.cli.project import PASSWORD, environment, variable
from tests.cli.running import write
from tests.cli.validity import assert_valid

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call


def test_show(kmconfig: Call, root: Path) -> None:
    ran = kmconfig("show", "production")
    assert (ran.code, ran.err) == (0, "")
    lines = {line.split()[0]: line.split()[1:] for line in ran.out.splitlines()[1:]}
    assert lines["email.smtp.host"] == ["smtp.sendgrid.net"]
    assert lines["email.smtp.timeout"] == ["20s"]
    assert lines["email.smtp.port"] == ["587"]
    assert lines["email.smtp.password"] == ["env:", f"{variable('production')},", "max_age:", "90d"]
    assert "email.sendmail.path" not in lines


def test_show_says_where_values_come_from(kmconfig: Call, root: Path) -> None:
    write(root, {"environments/base.yaml": (root / "environments/base.yaml").read_text() + "description: base\n"})
    write(root, {"environments/staging.yaml": environment("staging") + "description: other\n"})
    ran = kmconfig("show", "staging", "--origins", "--format", "json")
    assert ran.code == 0
    assert_valid(ran.document, "show")
    origin = ran.document["origins"]["description"]
    assert (origin["path"], origin["line"], origin["column"]) == ("environments/staging.yaml", 10, 14)
    assert [layer["path"] for layer in origin["overrides"]] == ["environments/base.yaml"]
    text = kmconfig("show", "staging", "--origins").out
    assert "environments/staging.yaml:10:14, overrides environments/base.yaml:14:14" in text
    assert "default" in text


def test_show_as_json(kmconfig: Call, root: Path) -> None:
    ran = kmconfig("show", "production", "--format", "json")
    assert_valid(ran.document, "show")
    assert ran.document["tier"] == "production"
    assert ran.document["settings"]["email"]["smtp"]["password"] == {"env": variable("production"), "max_age": "90d"}
    assert ran.document["settings"]["email"]["smtp"]["port"] == 587


def test_rules(kmconfig: Call) -> None:
    ran = kmconfig("rules")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()[1:]] == [rule.code for rule in RULES]
    assert [rule["code"] for rule in kmconfig("rules", "--format", "json").document["rules"]] == [
        rule.code for rule in RULES
    ]


@pytest.mark.parametrize("word", ["KM201", "km201", "port-encryption-mismatch"])
def test_explain(kmconfig: Call, word: str) -> None:
    ran = kmconfig("explain", word)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("KM201 port-encryption-mismatch\n")
    assert "wrong:" in ran.out
    assert "right:" in ran.out
    assert "```" not in ran.out
    assert kmconfig("explain", word, "--format", "json").document["code"] == "KM201"


@pytest.mark.parametrize("rule", [rule.code for rule in RULES])
def test_every_rule_can_be_explained(kmconfig: Call, rule: str) -> None:
    ran = kmconfig("explain", rule)
    assert ran.code == 0
    assert "```" not in ran.out


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_schemas(kmconfig: Call, name: str) -> None:
    ran = kmconfig("schema", name)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == schema_text(name)


def test_the_schema_of_environments_is_the_usual_one(kmconfig: Call) -> None:
    assert kmconfig("schema").out == schema_text("environment")


def test_plan(kmconfig: Call, root: Path) -> None:
    ran = kmconfig("plan", "production")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("production → file:out/production.json\n")
    assert "env KM_PRODUCTION_PASSWORD  unknown, will be written" in ran.out
    assert PASSWORD not in ran.out
    assert "environments/base.yaml:8:11" in ran.out
    assert not (root / "out/production.json").exists()


def test_plan_with_a_detailed_exit_code(kmconfig: Call, root: Path) -> None:
    assert kmconfig("plan", "production", "--detailed-exitcode").code == 2


def test_plan_as_json(kmconfig: Call, root: Path) -> None:
    ran = kmconfig("plan", "--all", "--format", "json")
    assert ran.code == 0
    assert_valid(ran.document, "plan")
    assert [plan["environment"] for plan in ran.document["results"]] == ["development", "production", "staging"]
    operations = {operation["setting"]: operation for operation in ran.document["results"][0]["operations"]}
    assert operations["email.smtp.password"]["secret"] is True
    assert operations["email.smtp.password"]["after"] == "env:KM_DEVELOPMENT_PASSWORD"
    assert operations["email.smtp.host"]["action"] == "add"


def test_the_same_environment_counts_once(kmconfig: Call, root: Path) -> None:
    assert len(kmconfig("plan", "staging", "staging", "--format", "json").document["results"]) == 1


@pytest.mark.parametrize(
    "line", [("show", "staging"), ("rules",), ("explain", "KM201"), ("plan", "staging"), ("schema",)]
)
def test_output_goes_to_a_file_instead(kmconfig: Call, root: Path, line: tuple[str, ...]) -> None:
    shown = kmconfig(*line).out
    ran = kmconfig(*line, "--output", "result.txt")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert (root / "result.txt").read_text(encoding="utf-8") == shown
    assert [path.name for path in root.iterdir() if "tmp" in path.name] == []


def test_files_are_named_from_the_folder_of_c(
    kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    assert kmconfig("-C", root, "plan", "staging", "--save", "plan.json", "--output", "plan.txt").code == 0
    assert kmconfig("-C", root, "lint", "--format", "json=findings.json").code == 0
    assert {"plan.json", "plan.txt", "findings.json"} <= {path.name for path in root.iterdir()}
    ran = kmconfig("-C", root, "apply", "--plan", "plan.json")
    assert "cannot be read" not in ran.err
    assert list(elsewhere.iterdir()) == []


def test_a_file_is_never_coloured(kmconfig: Call, root: Path) -> None:
    for line in (("show", "staging"), ("rules",), ("explain", "KM201"), ("plan", "staging")):
        assert kmconfig(*line, "--color", "always", "--output", "result.txt").code == 0
        assert "\x1b" not in (root / "result.txt").read_text(encoding="utf-8"), line


def test_an_existing_result_keeps_its_mode(kmconfig: Call, root: Path) -> None:
    result = root / "result.json"
    result.write_text("old", encoding="utf-8")
    result.chmod(0o600)
    assert kmconfig("plan", "staging", "--format", "json", "--output", result).code == 0
    assert stat.S_IMODE(result.stat().st_mode) == 0o600
    assert json.loads(result.read_text(encoding="utf-8"))["version"] == 1


def test_a_secret_in_a_result_file_is_masked(kmconfig: Call, root: Path) -> None:
    # Nobody should put the password into a name, but a net is for what should not happen.
    write(root, {"environments/staging.yaml": environment("staging").replace("out/staging", f"out/{PASSWORD}")})
    ran = kmconfig("plan", "staging")
    assert PASSWORD not in ran.out
    assert kmconfig("plan", "staging", "--format", "json", "--output", "plan.json").code == 0
    assert PASSWORD not in (root / "plan.json").read_text(encoding="utf-8")
