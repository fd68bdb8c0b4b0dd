"""What the rules of credentials say at their edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lint.clean import found_marks, run_lint, write_environment

if TYPE_CHECKING:
    from pathlib import Path


def _codes(root: Path) -> set[str]:
    outcome = run_lint(root)
    assert outcome.crashes == []
    return {code for _, _, code in found_marks(outcome)}


_ENV = "email: {{smtp: {{password: {{{}}}}}}}\n"


@pytest.mark.parametrize(
    ("login", "codes"),
    [
        ("host: smtp.gmail.com, username: a.b@gmail.com", {"KM314"}),
        ("host: mail.acme.example, username: a.b@googlemail.com", {"KM314"}),
        ("host: mail.acme.example, username: a.b@yahoo.fr", {"KM312"}),
        ("host: mail.acme.example, username: mailer@acme.example", set()),
        ("host: mail.acme.example, username: gmail.com", set()),
        ("host: mail.acme.example, username: {env: LOGIN}", set()),
        ("host: smtp.office365.com, username: licensing@acme.example", {"KM313"}),
        ("host: smtp.office365.com, username: licensing@acme.example, password: null", {"KM303"}),
    ],
)
def test_accounts(tmp_path: Path, login: str, codes: set[str]) -> None:
    write_environment(tmp_path, f"email: {{smtp: {{{login}}}, sender: {{email: licensing@acme.example}}}}\n")
    assert _codes(tmp_path) - {"KM410"} == codes


@pytest.mark.parametrize(("tier", "severity"), [("production", "warning"), ("staging", "note"), ("development", None)])
def test_a_free_account_is_no_personal_one_in_any_tier(tmp_path: Path, tier: str, severity: str | None) -> None:
    smtp = "{host: smtp.gmail.com, username: a@gmail.com}"
    write_environment(tmp_path, f"email: {{smtp: {smtp}, sender: {{email: a@gmail.com}}}}\n", name=tier, tier=tier)
    found = [(one.rule.code, one.severity) for one in run_lint(tmp_path).findings if one.rule.code.startswith("KM3")]
    assert found == ([("KM314", severity)] if severity else [])


@pytest.mark.parametrize(
    ("reference", "codes"),
    [
        ("vault: keymanager/production/smtp#password, max_age: 90d", set()),
        ("vault: keymanager/prod/smtp#password, max_age: 2160h", set()),
        ("vault: keymanager/production/smtp#password, max_age: 2161h", {"KM311"}),
        ("vault: keymanager/production/smtp#password, max_age: 91d", {"KM311"}),
        ("vault: keymanager/production/smtp#password", {"KM310"}),
        ("vault: keymanager/smtp#staging_password, max_age: 90d", {"KM309"}),
        ("vault: keymanager/staging-production/smtp#password, max_age: 90d", set()),
        ("vault: keymanager/pre-production/smtp#password, max_age: 90d", {"KM309"}),
        ("env: DEV_SMTP_PASSWORD, max_age: 90d", {"KM309"}),
        ("env: DEVICE_SMTP_PASSWORD, max_age: 90d", set()),
        ("file: /dev/shm/smtp-password, max_age: 90d", set()),
        ("ssm: /keymanager/stage/smtp, max_age: 90d", {"KM309"}),
        ("dotenv: SMTP_PASSWORD, max_age: 90d", {"KM307"}),
    ],
)
def test_references(tmp_path: Path, reference: str, codes: set[str]) -> None:
    write_environment(tmp_path, _ENV.format(reference))
    assert _codes(tmp_path) == codes


def test_a_reference_of_a_store_or_of_the_test_may_come_from_a_dotenv_no_more_than_others(tmp_path: Path) -> None:
    text = "email: {test: {confirm: {imap: 'imaps://imap.acme.example', password: {dotenv: IMAP, max_age: 90d}}}}\n"
    stores = "stores: {vault: {auth: {token: {token: {dotenv: VAULT_TOKEN}}}}}\n"
    write_environment(tmp_path, text + stores)
    found = {one.setting for one in run_lint(tmp_path).findings if one.rule.code == "KM307"}
    assert found == {"email.test.confirm.password", "stores.vault.auth.token.token"}


def test_the_login_of_another_driver_is_not_looked_at(tmp_path: Path) -> None:
    layer = "email: {driver: mailgun, mailgun: {domain: mg.acme.example, api_key: {env: KEY, max_age: 90d}}}\n"
    write_environment(tmp_path, layer)
    clean = tmp_path / "environments" / "clean-production.yaml"
    text = clean.read_text(encoding="utf-8")
    clean.write_text(text.replace("vault: keymanager/production/smtp#password", "dotenv: A"), encoding="utf-8")
    assert _codes(tmp_path) == set()


def test_an_environments_name_in_the_path_of_another(tmp_path: Path) -> None:
    (tmp_path / "environments" / "acme").mkdir(parents=True)
    for name, other in (("eu", "us"), ("us", "us")):
        text = _ENV.format(f"vault: mail/acme/{other}/smtp#password, max_age: 90d")
        path = write_environment(tmp_path, f"{text}target: {{file: {{path: {name}.json}}}}\n", name=f"acme/{name}")
        location = tmp_path / path
        location.write_text(location.read_text(encoding="utf-8").replace("extends: ", "extends: ../"), encoding="utf-8")
    found = [(one.place.span.path, one.message) for one in run_lint(tmp_path).findings]
    assert [path for path, _ in found] == ["environments/acme/eu.yaml"]
    assert "`acme/us`" in found[0][1]


@pytest.mark.parametrize(
    ("production", "staging", "shared"),
    [
        ("{vault: a#b}", "{vault: a#b}", True),
        ("{vault: a#b, version: 3}", "{vault: a#b, version: 4}", True),
        ("{vault: a#b}", "{vault: a#c}", False),
        ("{env: A}", "{env: A}", True),
        ("{env: A}", "{ssm: /A}", False),
        ("{file: a}", "{file: b}", False),
    ],
)
def test_what_is_the_same_secret(tmp_path: Path, production: str, staging: str, shared: bool) -> None:
    for tier, reference in (("production", production), ("staging", staging)):
        write_environment(tmp_path, f"email: {{smtp: {{password: {reference}}}}}\n", name=tier, tier=tier)
    assert ("KM308" in _codes(tmp_path)) is shared


@pytest.mark.parametrize("setting", ["address: https://vault.staging.acme.example", "namespace: staging", "mount: kv"])
def test_the_same_path_in_another_store_is_another_secret(tmp_path: Path, setting: str) -> None:
    text = _ENV.format("vault: keymanager/smtp#password, max_age: 90d")
    write_environment(tmp_path, text)
    write_environment(tmp_path, f"{text}stores: {{vault: {{{setting}}}}}\n", name="staging", tier="staging")
    assert _codes(tmp_path) == set()


def test_staging_and_development_may_share(tmp_path: Path) -> None:
    for tier in ("staging", "development"):
        write_environment(tmp_path, _ENV.format("env: SMTP_PASSWORD, max_age: 90d"), name=tier, tier=tier)
    assert _codes(tmp_path) == set()


def test_a_shared_secret_is_not_also_a_foreign_path(tmp_path: Path) -> None:
    for tier in ("production", "staging", "development"):
        text = _ENV.format("vault: keymanager/production/smtp#password, max_age: 90d")
        write_environment(tmp_path, text, name=tier, tier=tier)
    found = {(one.environments, one.rule.code) for one in run_lint(tmp_path).findings}
    assert found == {(("production",), "KM308"), (("staging",), "KM308"), (("development",), "KM309")}


@pytest.mark.parametrize(
    ("limit", "reference", "codes"),
    [
        ("90d", "env: A", set()),
        ("120d", "env: A", {"KM311"}),
        ("120d", "env: A, max_age: 90d", set()),
        ("90d", "env: A, max_age: 120d", {"KM311"}),
    ],
)
def test_the_policys_limit(tmp_path: Path, limit: str, reference: str, codes: set[str]) -> None:
    write_environment(tmp_path, _ENV.format(reference))
    (tmp_path / "kmconfig.yaml").write_text(f"version: 1\npolicy: {{max_secret_age: {limit}}}\n", encoding="utf-8")
    assert _codes(tmp_path) == codes
