"""What a careful team writes raises nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lint.clean import clean, found_marks, run_lint, write_environment

if TYPE_CHECKING:
    from pathlib import Path

_RECOMMENDED = {
    "gmail": """\
email:
  smtp: {host: smtp.gmail.com, port: 587, encryption: tls, username: licensing@acme.example}
  sender: {email: licensing@acme.example}
""",
    "microsoft365": """\
email:
  smtp: {host: smtp.office365.com, port: 587, encryption: tls, username: licensing@acme.example}
  sender: {email: licensing@acme.example}
""",
    "sendgrid": """\
email:
  smtp: {host: smtp.sendgrid.net, port: 587, encryption: tls, username: apikey}
""",
    "ses-smtp": """\
email:
  smtp: {host: email-smtp.us-east-1.amazonaws.com, port: 587, encryption: tls, username: AKIAIOSFODNN7EXAMPLE}
""",
    "ses-reference": """\
email:
  smtp:
    host: email-smtp.us-east-1.amazonaws.com
    username: {vault: keymanager/production/smtp#username}
""",
    "ses-driver": """\
email:
  driver: ses
  ses: {region: us-east-1}
""",
    "mailgun-smtp": """\
email:
  smtp: {host: smtp.mailgun.org, port: 587, encryption: tls, username: postmaster@mg.acme.example}
""",
    "mailgun-driver": """\
email:
  driver: mailgun
  mailgun:
    domain: mg.acme.example
    api_key: {vault: keymanager/production/mailgun#key, max_age: 90d}
  sender: {email: licensing@acme.example}
""",
}


@pytest.mark.parametrize("tier", ["production", "staging", "development"])
def test_the_clean_environment_raises_nothing(tmp_path: Path, tier: str) -> None:
    folder = tmp_path / "environments"
    folder.mkdir()
    text = clean(tier).replace("version: 1\n", f"version: 1\ntier: {tier}\n")
    (folder / f"{tier}.yaml").write_text(text, encoding="utf-8")
    outcome = run_lint(tmp_path)
    assert outcome.environments == (tier,)
    assert found_marks(outcome) == set()


@pytest.mark.parametrize("limit", ["90d", None])
@pytest.mark.parametrize("name", _RECOMMENDED)
def test_the_products_recommended_configurations_raise_no_error_and_no_warning(
    tmp_path: Path, name: str, limit: str | None
) -> None:
    write_environment(tmp_path, _RECOMMENDED[name])
    for file in (tmp_path / "environments").iterdir():
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(", max_age: 90d", "") if limit is None else text, encoding="utf-8")
    outcome = run_lint(tmp_path)
    assert outcome.environments == ("production",)
    assert outcome.crashes == []
    leaving = ["KM313"] if name == "microsoft365" else []
    assert [found.rule.code for found in outcome.findings if found.severity != "note"] == leaving
    assert ("KM310" in {code for _, _, code in found_marks(outcome)}) == (limit is None and name != "ses-driver")


@pytest.mark.parametrize("host", ["localhost", "127.9.9.9", '"::1"', "mailpit", "sandbox.smtp.mailtrap.io"])
@pytest.mark.parametrize("login", ["{username: null, password: null}", "{username: anybody}", "{password: null}"])
@pytest.mark.parametrize("port", [25, 465, 1025])
@pytest.mark.parametrize("encryption", ["none", "tls", "ssl"])
def test_this_machine_and_mail_catchers_are_silent_in_development(
    tmp_path: Path, host: str, login: str, port: int, encryption: str
) -> None:
    text = f"email:\n  smtp: {{host: {host}, port: {port}, encryption: {encryption}, {login[1:-1]}}}\n"
    write_environment(tmp_path, text, name="development", tier="development")
    assert {code for _, _, code in found_marks(run_lint(tmp_path)) if code[:3] in ("KM2", "KM3")} == set()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", '"::1"'])
@pytest.mark.parametrize("tier", ["production", "staging"])
def test_elsewhere_this_machine_raises_nothing_of_the_transport_area_but_localhost_relay(
    tmp_path: Path, host: str, tier: str
) -> None:
    text = f"email:\n  smtp: {{host: {host}, port: 25, encryption: none, username: null, password: null}}\n"
    write_environment(tmp_path, text, name=tier, tier=tier)
    found = {code for _, _, code in found_marks(run_lint(tmp_path)) if code.startswith("KM2")}
    assert found <= {"KM210"}


def test_plaintext_and_leaked_secrets_are_found_beside_this_machine_too(tmp_path: Path) -> None:
    text = "# smtp://a:" + "secret-word@mail.acme.example\nemail:\n  smtp: {host: localhost, password: secret-word}\n"
    path = write_environment(tmp_path, text, name="development", tier="development")
    assert found_marks(run_lint(tmp_path)) >= {(path, 4, "KM302"), (path, 6, "KM301")}


@pytest.mark.parametrize(
    "text",
    [
        "email: {smtp: {port: 465, encryption: ssl}}",
        "email: {smtp: {host: smtp.eu.sendgrid.net}}",
        "email: {smtp: {host: mail.acme.example, username: null, password: null}}",
        "email: {smtp: {host: mail.acme.example, username: anybody}}",
        "email: {smtp: {host: smtp-relay.gmail.com, username: null, password: null}}",
        "email: {smtp: {host: acme-example.mail.protection.outlook.com, username: null, password: null}}",
        "email: {smtp: {host: in-v3.mailjet.com, username: 0123456789abcdef0123456789abcdef}}",
        "email: {smtp: {username: {env: SMTP_USERNAME}}}",
        "email: {sender: {name: ACME}}",
        "email: {sender: {name: Acme Freehold Licensing}}",
        "email: {sender: {name: Écoles Acme}}",
        "email: {driver: sendmail}",
    ],
)
def test_ordinary_choices_raise_no_error_and_no_warning(tmp_path: Path, text: str) -> None:
    write_environment(tmp_path, f"{text}\n")
    outcome = run_lint(tmp_path)
    expected = {"KM502"} if "sendmail" in text else set()
    assert {found.rule.code for found in outcome.findings if found.severity != "note"} <= expected
