"""What becomes of findings: configuration, merging, limits, crashes, identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.lint import engine
from kmconfig.lint.catalogue import find_rule
from kmconfig.lint.engine import lint
from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import Rule, file_rule, rule
from kmconfig.lint.rules.all import RULES
from kmconfig.lint.selection import Selection
from kmconfig.lint.shown import MAX_FINDINGS_PER_FILE
from tests.lint.clean import TODAY, found_marks, run_lint, write_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.engine import Outcome
    from kmconfig.source.parser import Document


def _codes(outcome: Outcome) -> list[tuple[str, str]]:
    return [(found.rule.code, found.severity) for found in outcome.findings]


def _project_file(root: Path, text: str) -> None:
    (root / "kmconfig.yaml").write_text(f"version: 1\n{text}", encoding="utf-8")


@pytest.mark.parametrize("word", ["KM203", "port-25"])
@pytest.mark.parametrize(("setting", "severity"), [("warning", "warning"), ("note", "note"), ("error", "error")])
def test_the_project_file_sets_severities(tmp_path: Path, word: str, setting: str, severity: str) -> None:
    write_environment(tmp_path, "email: {smtp: {port: 25}}\n")
    _project_file(tmp_path, f"lint: {{rules: {{{word}: {setting}}}}}\n")
    assert _codes(run_lint(tmp_path)) == [("KM203", severity)]


def test_the_project_file_switches_rules_off(tmp_path: Path) -> None:
    write_environment(tmp_path, "email: {smtp: {port: 25}}\n")
    _project_file(tmp_path, "lint: {rules: {port-25: off}}\n")
    assert _codes(run_lint(tmp_path)) == []


def test_the_project_file_wakes_a_rule_that_its_tier_silences(tmp_path: Path) -> None:
    write_environment(tmp_path, "email: {test: null}\n", name="development", tier="development")
    _project_file(tmp_path, "lint: {rules: {no-test-recipient: note}}\n")
    assert _codes(run_lint(tmp_path)) == [("KM413", "note")]


@pytest.mark.parametrize("word", ["KM002", "KM003", "KM004", "KM104", "yaml-syntax", "KM301", "leaked-secret"])
@pytest.mark.parametrize("setting", ["off", "note"])
def test_some_rules_cannot_be_changed(tmp_path: Path, word: str, setting: str) -> None:
    write_environment(tmp_path, "email: {smtp: {password: text}}\n")
    _project_file(tmp_path, f"lint: {{rules: {{{word}: {setting}}}}}\n")
    outcome = run_lint(tmp_path)
    assert ("kmconfig.yaml", 2, "KM107") in found_marks(outcome)
    assert ("KM301", "error") in _codes(outcome)


def test_an_impossible_day_in_the_project_file(tmp_path: Path) -> None:
    write_environment(tmp_path, "owner: x\n")
    _project_file(tmp_path, "drift:\n  ignore: [{setting: MAIL_HOST, reason: moving, until: 2026-02-31}]\n")
    outcome = run_lint(tmp_path)
    assert found_marks(outcome) == {("kmconfig.yaml", 3, "KM107")}
    assert outcome.findings[0].place.span.text == "2026-02-31"


def test_the_project_file_names_a_rule_that_does_not_exist(tmp_path: Path) -> None:
    write_environment(tmp_path, "owner: x\n")
    _project_file(tmp_path, "lint: {rules: {port-52: off}}\n")
    outcome = run_lint(tmp_path)
    assert found_marks(outcome) == {("kmconfig.yaml", 2, "KM002")}
    assert outcome.findings[0].place.span.text == "port-52"


def test_a_fault_in_a_layer_is_one_finding_for_all_its_environments(tmp_path: Path) -> None:
    write_environment(tmp_path, "target: {file: {path: one.json}}\n", name="one")
    write_environment(tmp_path, "target: {file: {path: two.json}}\n", name="two")
    layer = tmp_path / "environments" / "clean-production.yaml"
    layer.write_text(layer.read_text(encoding="utf-8").replace("port: 587", "port: 25"), encoding="utf-8")
    (found,) = run_lint(tmp_path).findings
    assert found.place.span.path == "environments/clean-production.yaml"
    assert found.environments == ("one", "two")


def test_a_shared_fault_has_the_worst_severity_of_its_tiers(tmp_path: Path) -> None:
    write_environment(tmp_path, "target: {file: {path: one.json}}\n", name="one")
    layer = tmp_path / "environments" / "clean-production.yaml"
    layer.write_text(layer.read_text(encoding="utf-8").replace("port: 587", "port: 25"), encoding="utf-8")
    for tier in ("staging", "development"):
        text = f"version: 1\nextends: clean-production.yaml\ntier: {tier}\n"
        (tmp_path / "environments" / f"a-{tier}.yaml").write_text(text, encoding="utf-8")
    found = next(found for found in run_lint(tmp_path).findings if found.rule.code == "KM203")
    assert (found.severity, found.environments) == ("error", ("a-development", "a-staging", "one"))


def test_a_fix_in_a_layer_of_several_environments_is_not_safe(tmp_path: Path) -> None:
    write_environment(tmp_path, "target: {file: {path: one.json}}\n", name="one")
    layer = tmp_path / "environments" / "clean-production.yaml"
    layer.write_text(layer.read_text(encoding="utf-8").replace("apikey", "someone"), encoding="utf-8")
    assert [found.fix.safe for found in run_lint(tmp_path).findings if found.fix] == [True]
    text = "version: 1\nextends: clean-production.yaml\ntier: production\n"
    (tmp_path / "environments" / "two.yaml").write_text(text, encoding="utf-8")
    assert [found.fix.safe for found in run_lint(tmp_path).findings if found.fix] == [False]


def test_a_file_shows_a_hundred_findings_and_says_how_many_more(tmp_path: Path) -> None:
    lines = "".join(f"wrong{number}: 1\n" for number in range(MAX_FINDINGS_PER_FILE + 7))
    write_environment(tmp_path, lines)
    findings = run_lint(tmp_path).findings
    assert len(findings) == MAX_FINDINGS_PER_FILE + 1
    assert findings[-1].message.startswith("7 ")
    assert findings[-1].severity == "error"


@rule("KM997", "crashes", severity="E/E/E")
def _crashes(env: Environment) -> Iterator[Finding]:
    if env.name:
        raise RuntimeError(env.name)
    yield Finding("nothing", Label(env.email.driver))


@file_rule("KM998", "crashes-on-files", severity="E/E/E")
def _crashes_on_files(document: Document) -> Iterator[Finding]:
    if document.file.path:
        raise ValueError(document.file.text)
    yield Finding("nothing", Label(document.file.line_span(1)))


def test_a_crashing_rule_is_reported_by_name_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "offline_rules", lambda: (_crashes, _crashes_on_files, *RULES))
    write_environment(tmp_path, "email: {smtp: {port: 25}}\n")
    outcome = run_lint(tmp_path)
    assert _codes(outcome) == [("KM203", "error")]
    assert {(crash.code, crash.detail) for crash in outcome.crashes} == {
        ("KM997", "RuntimeError"),
        ("KM998", "ValueError"),
    }


def test_fingerprints_survive_moved_lines_and_differ_from_each_other(tmp_path: Path) -> None:
    text = "email:\n  smtp: {port: 25, encryption: none}\n"
    write_environment(tmp_path, text)
    before = [found.fingerprint for found in run_lint(tmp_path).findings]
    write_environment(tmp_path, f"# moved\n\nowner: somebody else\n{text}")
    assert [found.fingerprint for found in run_lint(tmp_path).findings] == before
    assert len(set(before)) == 2


def test_select_limits_to_files_and_what_is_built_on_them(tmp_path: Path) -> None:
    path = write_environment(tmp_path, "email: {smtp: {port: 25}}\n")
    write_environment(tmp_path, "email: {smtp: {port: 25}}\n", name="staging", tier="staging")
    project = Project(tmp_path)
    project.load()
    outcome = lint(project, today=TODAY, select=[path])
    assert {found.place.span.path for found in outcome.findings} == {path}
    assert outcome.environments == ("production",)


def test_selection_limits_to_rules(tmp_path: Path) -> None:
    write_environment(tmp_path, "email: {smtp: {port: 25, encryption: none}}\n")
    project = Project(tmp_path)
    project.load()
    for selection, codes in [
        (Selection.read(["KM2"], []), ["KM203"]),
        (Selection.read([], ["port-25"]), ["KM306"]),
        (Selection.read(["KM203,KM306"], ["KM306"]), ["KM203"]),
    ]:
        outcome = lint(project, today=TODAY, selection=selection)
        assert [found.rule.code for found in outcome.findings] == codes


@pytest.mark.parametrize(("level", "fails"), [("error", False), ("warning", True), ("note", True), ("never", False)])
def test_levels_at_which_a_run_fails(tmp_path: Path, level: str, *, fails: bool) -> None:
    write_environment(tmp_path, "email: {test: null}\n")
    outcome = run_lint(tmp_path)
    assert outcome.count("warning") == 1
    assert outcome.fails(level) is fails


def test_a_finding_can_be_milder_than_its_rule_but_not_worse(tmp_path: Path) -> None:
    write_environment(tmp_path, "email: {smtp: {host: smpt.sendgird.net}}\n")
    for setting, severity in [("error", "warning"), ("note", "note")]:
        _project_file(tmp_path, f"lint: {{rules: {{misspelt-host: {setting}}}}}\n")
        assert _codes(run_lint(tmp_path)) == [("KM208", severity)]


def test_rules_are_found_by_code_in_any_case_and_by_name() -> None:
    found = find_rule("KM203")
    assert found is not None
    assert found is find_rule("km203") is find_rule("port-25")
    assert find_rule("KM000") is None


def test_a_rule_knows_its_manual_and_severities() -> None:
    found = find_rule("KM203")
    assert isinstance(found, Rule)
    assert "```yaml bad" in found.manual
    assert [found.severity(tier) for tier in ("production", "staging", "development")] == ["error", "warning", "note"]
    assert not found.mandatory
    assert found._replace(code="KM101").mandatory
