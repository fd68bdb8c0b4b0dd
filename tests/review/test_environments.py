"""Two environments of one state beside each other, and repositories of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.validity import assert_valid
from tests.review.repository import Repository, environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.running import Call

    Diff = Callable[..., dict[str, Any]]


def test_two_environments(repository: Repository, diff: Diff, kmconfig: Call) -> None:
    document = diff("--environments", "staging", "production")
    assert (document["base"], document["head"]) == ("staging", "production")
    (entry,) = document["environments"]
    changes = {change["setting"]: change for change in entry["changes"]}
    assert (entry["environment"], entry["tier"]) == ("production", "production")
    assert changes["tier"]["before"] == "staging"
    assert changes["email.smtp.password"]["secret"] == "changed"
    assert "email.smtp.host" not in changes
    assert not any("writes to another place" in risk for change in changes.values() for risk in change["risks"])
    assert kmconfig("diff", "--environments", "staging", "production", "--detailed-exitcode").code == 2
    assert kmconfig("diff", "--environments", "staging", "staging", "--detailed-exitcode").code == 0


def test_the_same_secret(repository: Repository, diff: Diff) -> None:
    repository.replace("environments/staging.yaml", "keymanager/staging/", "keymanager/production/")
    document = diff("--environments", "staging", "production")
    assert document["notes"] == [
        "`email.smtp.password` is the same secret in both: `vault:keymanager/production/smtp#password`"
    ]


def test_findings_that_only_one_has(repository: Repository, diff: Diff) -> None:
    repository.replace("environments/production.yaml", "    password", "    port: 25\n    password")
    (entry,) = diff("--environments", "staging", "production")["environments"]
    assert "KM203" in {finding["code"] for finding in entry["new_findings"]}
    (entry,) = diff("--environments", "production", "staging")["environments"]
    assert "KM203" in {finding["code"] for finding in entry["fixed_findings"]}


@pytest.mark.parametrize(("one", "other"), [("staging", "nobody"), ("nobody", "staging"), ("base", "staging")])
def test_an_environment_that_is_not_there(repository: Repository, kmconfig: Call, one: str, other: str) -> None:
    ran = kmconfig("diff", "--environments", one, other)
    assert (ran.code, ran.out) == (65, "")


def test_an_environment_that_cannot_be_read(repository: Repository, kmconfig: Call) -> None:
    repository.write({"environments/staging.yaml": "tier: [\n"})
    assert kmconfig("diff", "--environments", "staging", "production").code == 65


def test_no_repository_is_needed(kmconfig: Call, repository: Repository, tmp_path: Path) -> None:
    (repository.root / ".git").rename(tmp_path / "elsewhere")
    ran = kmconfig("diff", "--environments", "staging", "production", "--format", "json")
    assert ran.code == 0
    assert_valid(ran.document, "diff")


@pytest.fixture
def fleet(repository: Repository) -> Repository:
    """More environments than findings are looked for in all of."""
    layers = {f"environments/layer{number}.yaml": "version: 1\nextends: base.yaml\n" for number in range(100)}
    customers = {
        f"environments/c{number:03}.yaml": environment("staging")
        .replace("base.yaml", f"layer{number % 100}.yaml")
        .replace("out/", f"out/{number}-")
        .replace("keymanager/staging", f"keymanager/{number}")
        for number in range(300)
    }
    repository.write({**layers, **customers})
    repository.commit()
    repository.git("checkout", "--quiet", "-B", "main")
    return repository


def test_a_layer_of_a_fleet(fleet: Repository, diff: Diff) -> None:
    fleet.replace("environments/layer7.yaml", "extends", "email: {smtp: {port: 25}}\nextends")
    document = diff()
    reached = ["c007", "c107", "c207"]
    assert [entry["environment"] for entry in document["environments"]] == reached
    (group,) = document["groups"]
    assert group["environments"] == reached
    assert [{finding["code"] for finding in entry["new_findings"]} for entry in document["environments"]] == [
        {"KM203"},
        {"KM203"},
        {"KM203"},
    ]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("environments/layer7.yaml", "extends", "email: {smtp: {encryption: none}}\nextends"),
        ("environments/c007.yaml", "keymanager/7/", "keymanager/production/"),
        ("environments/c007.yaml", "tier: staging", "tier: production"),
        ("environments/base.yaml", "licensing@acme.example", "noreply@gmail.com"),
    ],
)
def test_findings_in_a_fleet_are_those_of_a_whole_lint(  # noqa: PLR0917
    fleet: Repository, diff: Diff, monkeypatch: pytest.MonkeyPatch, path: str, old: str, new: str
) -> None:
    fleet.replace(path, old, new)
    limited = diff()
    monkeypatch.setattr("kmconfig.review.changed.MANY", 10_000)
    assert limited == diff()
    assert limited["environments"]


def test_two_environments_do_nothing_to_each_other(repository: Repository, diff: Diff, kmconfig: Call) -> None:
    """Nothing is lost, moved or begins where two are laid beside each other; what is weaker is weaker."""
    production = "environments/production.yaml"
    repository.replace(production, "https://vault.acme.example", "http://vault.other.example")
    repository.replace(
        production,
        "  file: {path: out/production.json}",
        "  laravel_env: {path: /srv/.env, reload: [[php, a.php]], verify: [[php, b.php]]}",
    )
    for pair in (("staging", "production"), ("production", "staging")):
        (entry,) = diff("--environments", *pair)["environments"]
        told = {risk for change in entry["changes"] for risk in change["risks"]}
        clear = {risk for risk in told if "in clear text" in risk}
        assert (len(clear), told - clear) == (1 if pair[1] == "production" else 0, set())
    assert "settings differ, 1 high risk" in kmconfig("diff", "--environments", "staging", "production").out
