"""What changes mean: a change of a file, and the words that people read about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.review.cases import BASE, CASES, PRODUCTION, Case
from tests.review.repository import Repository, environment

if TYPE_CHECKING:
    from collections.abc import Callable

    Diff = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_risk(repository: Repository, diff: Diff, case: Case) -> None:
    for replacement in case.before:
        repository.replace(case.path, *replacement)
    repository.commit()
    repository.replace(case.path, case.old, case.new)
    repository.commit()
    (entry,) = [entry for entry in diff("HEAD~1", "HEAD")["environments"] if entry["environment"] == "production"]
    (change,) = [change for change in entry["changes"] if change["setting"] == case.setting]
    assert any(case.words in risk for risk in change["risks"]), change["risks"]
    assert change["severity"] == case.severity


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("encryption: tls", "encryption: ssl"),
        ("port: 587", "port: 2525"),
        ("Acme License Portal", "Acme Portal"),
        ("owner: platform-team", "owner: mail-team"),
    ],
)
def test_no_risk(repository: Repository, diff: Diff, old: str, new: str) -> None:
    repository.replace(BASE, old, new)
    for entry in diff()["environments"]:
        assert entry["changes"]
        assert all(change["risks"] == [] and change["severity"] is None for change in entry["changes"])


def test_the_gravest_comes_first(repository: Repository, diff: Diff) -> None:
    repository.replace(BASE, "port: 587\n    encryption: tls", "port: 25\n    encryption: none")
    repository.replace(PRODUCTION, "max_age: 90d", "max_age: 365d")
    document = diff()
    order = ["high", "medium", "info", None]
    for entry in (*document["environments"], *document["groups"]):
        found = [order.index(change["severity"]) for change in entry["changes"]]
        assert found == sorted(found)
    assert [group["changes"][0]["severity"] for group in document["groups"]] == ["high", "medium"]


def test_a_cause_is_named_once(repository: Repository, diff: Diff) -> None:
    repository.replace(BASE, "host: smtp.sendgrid.net", "host: mail.acme.example")
    repository.replace(BASE, "encryption: tls", "encryption: none")
    (group,) = diff()["groups"]
    blamed = [
        change["setting"] for change in group["changes"] if any("in clear text" in risk for risk in change["risks"])
    ]
    assert blamed == ["email.smtp.encryption"]


def test_a_provider_is_named_once(repository: Repository, diff: Diff) -> None:
    repository.replace(BASE, "email:\n  smtp:", "email:\n  driver: ses\n  ses: {region: eu-west-1}\n  smtp:")
    repository.commit()
    for revisions, setting in ((("main", "HEAD"), "email.driver"), (("HEAD", "main"), "email.smtp.host")):
        (entry, *_) = diff(*revisions)["environments"]
        told = [change["setting"] for change in entry["changes"] if any("SPF" in risk for risk in change["risks"])]
        assert told == [setting]


def test_a_risk_of_some_environments_of_a_group(repository: Repository, diff: Diff) -> None:
    """Development alone has answers that reach nobody."""
    repository.replace("environments/development.yaml", "email:\n", "email:\n  reply_to: null\n")
    repository.commit()
    repository.replace(BASE, "licensing@", "noreply@")
    (group,) = diff("HEAD")["groups"]
    (change,) = group["changes"]
    assert change["risks"] == [
        "development: answers to this sender reach nobody: set `email.reply_to` to a mailbox that is read",
        "production, staging: nobody reads this sender; answers go to `support@acme.example`",
    ]


def test_a_new_environment_is_looked_at_too(repository: Repository, diff: Diff) -> None:
    new = environment("production").replace("out/", "out/eu-").replace("smtp:\n", "smtp:\n    encryption: none\n")
    repository.write({"environments/eu.yaml": new})
    (entry,) = diff()["environments"]
    assert (entry["status"], entry["note"]) == ("added", "is new")
    found = {change["setting"]: change for change in entry["changes"]}
    assert found["email.smtp.encryption"]["severity"] == "high"
    assert found["email.smtp.host"]["before"] is None


def test_a_removed_production(repository: Repository, diff: Diff) -> None:
    repository.git("rm", "--quiet", PRODUCTION)
    (entry,) = diff()["environments"]
    assert entry["risks"] == ["nobody checks this environment any more; its target keeps the settings it has"]
