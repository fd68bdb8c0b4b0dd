"""What kmconfig.yaml allows and lets pass: changes of policy, rules, suppressions and the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.review.cases import BASE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.review.repository import Repository

    Diff = Callable[..., dict[str, Any]]

BEFORE = """\
version: 1
lint:
  fail_on: warning
  rules: {noreply-sender: error}
policy:
  providers: [sendgrid]
  hosts: [smtp.sendgrid.net]
  commands: [php]
  secret_sources: {production: [vault]}
  max_secret_age: 90d
promotion: [staging, production]
promotion_max_age: 7d
"""


@pytest.mark.parametrize(
    ("old", "new", "setting", "severity", "words"),
    [
        ("[smtp.sendgrid.net]", "[smtp.sendgrid.net, evil.example]", "policy.hosts", "high", "evil.example"),
        ("  hosts: [smtp.sendgrid.net]\n", "", "policy.hosts", "high", "any server"),
        ("[php]", "[php, curl]", "policy.commands", "high", "curl"),
        ("[sendgrid]", "[sendgrid, ses]", "policy.providers", "medium", "ses"),
        ("[vault]", "[vault, env]", "policy.secret_sources.production", "medium", "env"),
        ("90d", "91d", "policy.max_secret_age", "medium", "may grow older"),
        ("  max_secret_age: 90d\n", "", "policy.max_secret_age", "medium", "as they like"),
        ("fail_on: warning", "fail_on: error", "lint.fail_on", "medium", "below `error`"),
        ("fail_on: warning", "fail_on: never", "lint.fail_on", "medium", "no finding fails"),
        ("fail_on: warning", "fail_on: note", "lint.fail_on", None, ""),
        ("noreply-sender: error", "noreply-sender: note", "lint.rules.noreply-sender", "medium", "counts for less"),
        ("error}", "error, KM414: off}", "lint.rules.KM414", "medium", "switched off"),
        ("lint:\n", "plugins: false\nlint:\n", "plugins", None, ""),
        ("lint:\n", "state: other\nlint:\n", "state", "medium", "another folder"),
        ("[staging, production]", "[production]", "promotion", "high", "no longer has to wait"),
        ("[php]", "[]", "policy.commands", None, ""),
        ("7d", "8d", "promotion_max_age", "medium", "older receipt"),
        ("promotion_max_age: 7d\n", "", "promotion_max_age", "medium", "older receipt"),
        (
            "promotion:",
            "drift: {ignore: [{setting: MAIL_HOST, reason: it moves, until: 2030-01-01}]}\npromotion:",
            "drift.ignore",
            "medium",
            "drift is no longer reported of `MAIL_HOST`",
        ),
    ],
)
def test_a_change(  # noqa: PLR0917
    repository: Repository, diff: Diff, old: str, new: str, setting: str, severity: str | None, words: str
) -> None:
    repository.write({"kmconfig.yaml": BEFORE})
    repository.commit()
    repository.replace("kmconfig.yaml", old, new)
    (change,) = diff("HEAD")["project"]
    assert (change["setting"], change["severity"]) == (setting, severity)
    assert words in " ".join(change["risks"])


@pytest.mark.parametrize("value", ["5", "[1, {a: b}]", "{a: [b]}", ".inf", "null"])
@pytest.mark.parametrize(
    "setting",
    ["environments", "state", "plugins", "promotion", "lint", "lint.fail_on", "lint.rules", "lint.rules.KM414"],
)
def test_values_that_are_refused(repository: Repository, diff: Diff, setting: str, value: str) -> None:
    """What is not sound is said by lint, and compared as it stands."""
    repository.write({"kmconfig.yaml": BEFORE})
    repository.commit()
    nested = value
    for key in reversed(setting.split(".")):
        nested = f"{{{key}: {nested}}}"
    repository.write({"kmconfig.yaml": nested})
    assert diff("HEAD")["project"]


@pytest.mark.parametrize("key", ["hosts", "commands", "providers", "secret_sources", "max_secret_age"])
@pytest.mark.parametrize("value", ["5", "[1, {a: b}]", "{a: [b]}", ".inf"])
def test_policy_that_is_refused(repository: Repository, diff: Diff, key: str, value: str) -> None:
    repository.write({"kmconfig.yaml": f"version: 1\npolicy: {{{key}: {value}}}\n"})
    repository.commit()
    repository.write({"kmconfig.yaml": BEFORE})
    assert diff("HEAD")["project"]


def test_a_rule_that_is_off_fixes_nothing(repository: Repository, diff: Diff) -> None:
    repository.replace(BASE, "port: 587", "port: 25")
    repository.commit()
    repository.write({"kmconfig.yaml": "version: 1\nlint: {rules: {port-25: off}}\n"})
    document = diff("HEAD")
    assert [entry["fixed_findings"] for entry in document["environments"]] == [[], [], []]
    assert {finding["code"] for entry in document["environments"] for finding in entry["hidden_findings"]} == {"KM203"}


def test_a_mistake_in_the_project_file_is_fixed_and_not_hidden(repository: Repository, diff: Diff) -> None:
    repository.write({"kmconfig.yaml": "version: 1\nlint: {fail_on: sometimes}\n"})
    repository.commit()
    repository.write({"kmconfig.yaml": "version: 1\n"})
    document = diff("HEAD")
    assert document["hidden_findings"] == []
    assert {finding["code"] for finding in document["fixed_findings"]} == {"KM107"}


def test_a_suppression(repository: Repository, diff: Diff) -> None:
    repository.replace(BASE, "port: 587", "port: 25")
    repository.commit()
    repository.replace(BASE, "port: 25", "port: 25  # kmconfig: ignore[KM203] we like it")
    document = diff("HEAD")
    (change,) = document["project"]
    assert (change["setting"], change["after"]) == (f"suppression in {BASE}", "ignore[KM203] we like it")
    assert change["risks"] == ["findings of `KM203` are no longer shown here, without an end"]
    assert all(entry["fixed_findings"] == [] for entry in document["environments"])
    assert all(entry["hidden_findings"] for entry in document["environments"])
    repository.commit()
    repository.replace(BASE, "port: 25", "# moved\n    port: 25")
    assert diff("HEAD")["project"] == []


def test_a_baseline_that_grew(repository: Repository, diff: Diff, kmconfig: Any) -> None:
    repository.write({"kmconfig.yaml": "version: 1\nlint: {baseline: .kmconfig-baseline.json}\n"})
    assert kmconfig("lint", "--write-baseline").code == 0
    repository.commit()
    repository.replace(BASE, "port: 587", "port: 25")
    assert kmconfig("lint", "--write-baseline").code == 0
    repository.commit()
    document = diff("HEAD~1", "HEAD")
    (change,) = document["project"]
    assert (change["setting"], change["severity"]) == ("baseline", "medium")
    assert "more findings are accepted" in change["risks"][0]
    assert "KM203" in {finding["code"] for entry in document["environments"] for finding in entry["new_findings"]}
