"""What changes mean: a change of a file, and the words that people read about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.review.cases import BASE, CASES, PRODUCTION, Case
from tests.review.cases_servers import SERVERS
from tests.review.repository import Repository, environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.running import Call

    Diff = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("case", [*CASES, *SERVERS], ids=str)
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


def test_a_note_is_said_once(repository: Repository, diff: Diff) -> None:
    """The path and the arguments of sendmail come with the driver."""
    repository.replace(BASE, "email:\n", "email:\n  driver: sendmail\n")
    (entry, *_) = diff()["environments"]
    told = [risk for change in entry["changes"] for risk in change["risks"] if "the program that is run" in risk]
    assert told == ["the program that is run for every message is now `/usr/sbin/sendmail`"]


def test_spf_of_a_server_of_nobody_is_said_once(repository: Repository, diff: Diff) -> None:
    repository.replace(BASE, "smtp.sendgrid.net", "mail.acme.example")
    for entry in diff()["environments"]:
        told = [risk for change in entry["changes"] for risk in change["risks"] if "SPF" in risk]
        assert len(told) == 1
        assert "must allow the address that it sends from" in told[0]


def test_a_mail_catcher_of_developers_needs_no_spf(repository: Repository, diff: Diff) -> None:
    repository.replace("environments/development.yaml", "  smtp:\n", "  smtp:\n    host: mailpit\n")
    (entry,) = diff()["environments"]
    assert not any("SPF" in risk for change in entry["changes"] for risk in change["risks"])


@pytest.mark.parametrize(("address", "severity"), [("vault.acme.example", None), ("vault.evil.example", "high")])
def test_the_store_of_a_new_environment(repository: Repository, diff: Diff, address: str, severity: str | None) -> None:
    """A login at a server that others use already is no news."""
    repository.write({"environments/eu.yaml": environment("staging").replace("vault.acme.example", address)})
    (entry,) = [entry for entry in diff()["environments"] if entry["environment"] == "eu"]
    found = {change["setting"]: change["severity"] for change in entry["changes"]}
    assert found["stores.vault.address"] == severity


def test_the_target_of_a_settings_api_that_is_gone(repository: Repository, diff: Diff) -> None:
    """Nothing is said of answers that nobody gives any more."""
    api = "  settings_api: {url: 'https://a.example', api_key: {env: A}, signing_key_file: a.pem, ca_file: b.pem}\n"
    repository.replace(PRODUCTION, "  file: {path: out/production.json}\n", api)
    repository.commit()
    repository.replace(PRODUCTION, api, "  file: {path: out/production.json}\n")
    (entry,) = diff("HEAD")["environments"]
    told = [risk for change in entry["changes"] for risk in change["risks"]]
    (note,) = told
    assert note.endswith("; settings api `https://a.example` keeps the settings it has")


def test_one_note_of_a_group_is_as_grave_as_its_gravest(repository: Repository, kmconfig: Call) -> None:
    """The new environment has had no other server, the old ones have; for all of them it is the same note."""
    repository.replace(BASE, "smtp.sendgrid.net", "mail.acme.example")
    repository.write({"environments/eu.yaml": environment("staging")})
    text = kmconfig("diff").out
    assert text.count("the SPF record of `acme.example`") == 2
    repository.replace(
        BASE, "  test:\n", "  test:\n    confirm: {imap: imap://a.example, username: a, password: {env: I}}\n"
    )
    assert kmconfig("diff").out.count("login of the test mailbox goes to") == 1


def test_another_login_at_the_store_is_said_once(repository: Repository, diff: Diff) -> None:
    """It is one login, however many settings it has."""
    approle = "auth: {approle: {role_id: a, secret_id: {env: S}, mount: b}}"
    repository.replace(PRODUCTION, "auth: {jwt: {role: kmconfig-production}}", approle)
    repository.replace(PRODUCTION, "    auth:", "    mount: other\n    namespace: other\n    auth:")
    (entry,) = diff()["environments"]
    told = [risk for change in entry["changes"] for risk in change["risks"]]
    assert sorted(told) == [
        "the login at Vault is another: its role has to exist, and may read other secrets",
        "the same references now lead to other secrets",
    ]
