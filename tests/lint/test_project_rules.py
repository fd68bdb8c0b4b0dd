"""Rules across environments: what they see, whom their findings concern, and what becomes of their crashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.environment.projectfile import ProjectFile
from kmconfig.environment.settings import NotKnown
from kmconfig.lint import engine
from kmconfig.lint.engine import lint
from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import TIERS, project_rule
from kmconfig.lint.rules.all import RULES
from kmconfig.lint.surroundings import Sketch, Surroundings, mark_of
from tests.lint.clean import TODAY, found_marks, run_lint, write_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.surroundings import Mark

_SHARED = "email: {smtp: {password: {vault: keymanager/shared/smtp#password, max_age: 90d}}}\n"
_SAME_PLACE = "target: {file: {path: out/../settings.json}}\n"
_SAME_PLACE_TOO = "target: {file: {path: settings.json}}\n"


def _chosen(root: Path, *paths: str) -> Outcome:
    project = Project(root)
    project.load()
    return lint(project, today=TODAY, select=paths)


def _only(root: Path, name: str) -> Outcome:
    project = Project(root)
    project.load()
    return lint(project, today=TODAY, only=name)


def _codes(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(found.rule.code, found.place.span.path, found.severity) for found in outcome.findings]


@pytest.fixture
def sharing(tmp_path: Path) -> Path:
    """Production and staging with one secret, and a third environment beside them."""
    write_environment(tmp_path, _SHARED)
    write_environment(tmp_path, _SHARED, name="staging", tier="staging")
    write_environment(tmp_path, "owner: x\n", name="development", tier="development")
    return tmp_path


PRODUCTION, STAGING = "environments/production.yaml", "environments/staging.yaml"


def test_each_environment_has_the_severity_of_its_own_tier(sharing: Path) -> None:
    assert _codes(run_lint(sharing)) == [("KM308", PRODUCTION, "error"), ("KM308", STAGING, "warning")]


@pytest.mark.parametrize("path", [PRODUCTION, STAGING])
def test_with_one_path_all_environments_are_still_seen(sharing: Path, path: str) -> None:
    outcome = _chosen(sharing, path)
    assert len(outcome.environments) == 1
    assert (PRODUCTION, "KM308") in {(where, code) for where, _, code in found_marks(outcome)}
    assert all(path in {place.span.path for place in (found.place, *found.related)} for found in outcome.findings)


def test_what_concerns_no_chosen_file_is_left_out(sharing: Path) -> None:
    outcome = _chosen(sharing, "environments/development.yaml")
    assert (outcome.environments, outcome.findings) == (("development",), [])


def test_one_environment_alone_has_its_own_findings(sharing: Path) -> None:
    assert _codes(_only(sharing, "production")) == [("KM308", PRODUCTION, "error")]
    assert _codes(_only(sharing, "staging")) == [("KM308", STAGING, "warning")]
    assert _codes(_only(sharing, "development")) == []


def test_a_finding_of_two_environments_is_shown_for_either(tmp_path: Path) -> None:
    write_environment(tmp_path, _SAME_PLACE)
    write_environment(tmp_path, _SAME_PLACE_TOO, name="staging", tier="staging")
    expected = [("KM603", STAGING, "error")]
    for outcome in (run_lint(tmp_path), _only(tmp_path, "production"), _only(tmp_path, "staging")):
        assert _codes(outcome) == expected
        assert outcome.findings[0].environments == ("production", "staging")
    for path in (PRODUCTION, STAGING):
        assert _codes(_chosen(tmp_path, path)) == expected


def test_three_environments_at_one_place_are_two_findings_on_those_that_matter_less(tmp_path: Path) -> None:
    for name, tier in (("b", "staging"), ("a", "staging"), ("z", "production")):
        write_environment(tmp_path, _SAME_PLACE, name=name, tier=tier)
    found = run_lint(tmp_path).findings
    assert [(one.place.span.path, one.related[0].span.path) for one in found] == [
        ("environments/a.yaml", "environments/z.yaml"),
        ("environments/b.yaml", "environments/z.yaml"),
    ]


def test_a_secret_in_a_shared_layer_is_one_finding(tmp_path: Path) -> None:
    folder = tmp_path / "environments"
    write_environment(tmp_path, "owner: x\n")
    text = "version: 1\nextends: clean-production.yaml\ntier: staging\ntarget: {file: {path: staging.json}}\n"
    (folder / "rehearsal.yaml").write_text(text, encoding="utf-8")
    (found,) = [found for found in run_lint(tmp_path).findings if found.rule.code == "KM308"]
    assert (found.severity, found.environments) == ("error", ("production", "rehearsal"))
    assert found.place.span.path == "environments/clean-production.yaml"


@pytest.mark.parametrize("line", ["production", "staging"])
def test_a_suppression_on_any_label_covers_whichever_path_is_chosen(tmp_path: Path, line: str) -> None:
    for name in ("production", "staging"):
        mark = "  # kmconfig: ignore[KM603] two machines" if name == line else ""
        write_environment(tmp_path, _SAME_PLACE.replace("\n", f"{mark}\n"), name=name, tier=name)
    for outcome in (run_lint(tmp_path), _chosen(tmp_path, PRODUCTION), _chosen(tmp_path, STAGING)):
        assert (outcome.findings, outcome.suppressed) == ([], 1)


def test_a_suppression_is_not_called_unused_by_who_saw_only_part_of_what_is_built_on_it(tmp_path: Path) -> None:
    write_environment(tmp_path, "owner: x\n")
    layer = tmp_path / "environments" / "clean-production.yaml"
    text = layer.read_text(encoding="utf-8")
    layer.write_text(text.replace("port: 587", "port: 25  # kmconfig: ignore[KM203] relay"), encoding="utf-8")
    fine = "version: 1\nextends: clean-production.yaml\ntier: production\ntarget: {file: {path: a.json}}\n"
    (layer.parent / "fine.yaml").write_text(f"{fine}email: {{smtp: {{port: 587}}}}\n", encoding="utf-8")
    assert _codes(_only(tmp_path, "fine")) == []
    assert _codes(_chosen(tmp_path, "environments/fine.yaml")) == []
    assert _codes(run_lint(tmp_path)) == []
    (layer.parent / "production.yaml").unlink()
    assert [code for code, _, _ in _codes(run_lint(tmp_path))] == ["KM001"]


def test_a_broken_neighbour_costs_only_what_depends_on_it(sharing: Path) -> None:
    write_environment(sharing, "email: {smtp: {password: 5}, sender: {name: [x]}}\n", name="demo", tier="staging")
    outcome = run_lint(sharing)
    assert outcome.crashes == []
    assert [code for code, _, _ in _codes(outcome)].count("KM308") == 2


def _stands_on(env: Environment) -> tuple[Mark]:
    return (mark_of(env, env.email.driver),)


@project_rule("KM999", "crashes-amid-others", severity="E/E/E", facts=(_stands_on,))
def _crashes(env: Sketch, surroundings: Surroundings) -> Iterator[Finding]:
    assert len(surroundings.environments) == 3
    if env.name == "staging":
        raise RuntimeError(env.name)
    if env.name == "development":
        raise NotKnown
    yield Finding("seen", Label(env[_stands_on][0]))


def test_a_crash_costs_one_environment(sharing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "offline_rules", lambda: (*RULES, _crashes))
    outcome = run_lint(sharing)
    assert [(crash.code, crash.environment, crash.detail) for crash in outcome.crashes] == [
        ("KM999", "staging", "RuntimeError")
    ]
    assert [found.environments for found in outcome.findings if found.rule.code == "KM999"] == [("production",)]


def test_an_index_is_made_once_and_leaves_out_what_is_not_known() -> None:
    sketches = [Sketch(name=tier, tier=tier, path=tier, facts=(), order={}) for tier in TIERS]
    surroundings = Surroundings(sketches, ProjectFile(None))
    asked: list[str] = []

    def tiers(env: Sketch) -> Iterator[str]:
        asked.append(env.name)
        if env.tier == "development":
            raise NotKnown
        yield env.tier
        yield env.tier

    for _ in range(2):
        assert {key: len(found) for key, found in surroundings.index(tiers).items()} == {"production": 1, "staging": 1}
    assert len(asked) == 3


def test_the_project_file_bounds_a_finding_that_is_worse_than_its_rule(tmp_path: Path) -> None:
    text = "application: {runtime: container}\nemail: {smtp: {host: localhost, username: null, password: null}}\n"
    write_environment(tmp_path, text)
    assert [(code, severity) for code, _, severity in _codes(run_lint(tmp_path))] == [("KM210", "error")]
    (tmp_path / "kmconfig.yaml").write_text("version: 1\nlint: {rules: {KM210: note}}\n", encoding="utf-8")
    assert [(code, severity) for code, _, severity in _codes(run_lint(tmp_path))] == [("KM210", "note")]


def test_a_leaked_secret_of_another_file_is_in_no_message(tmp_path: Path) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    write_environment(tmp_path, "email: {sender: {name: Acme License Team}}\n")
    write_environment(tmp_path, f"email: {{sender: {{name: {key}}}}}\n", name="staging", tier="staging")
    found = {one.rule.code: one for one in _chosen(tmp_path, PRODUCTION).findings}
    assert "KM406" in found
    assert all(key not in f"{one.message}{one.help}" for one in found.values())
