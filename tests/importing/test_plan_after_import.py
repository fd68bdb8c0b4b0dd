"""Import, then plan: no changes, or import has said which and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.targets.dotenv import parse
from tests.cli.running import caller
from tests.importing.applications import SAMPLES, SENDER, application

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call, Ran

#: Says everything that apply would write, so that plan has nothing to add.
COMPLETE = {
    10: f"""\
APP_NAME=Acme
MAIL_MAILER=smtp
MAIL_HOST=smtp.sendgrid.net
MAIL_PORT=587
MAIL_USERNAME=apikey
MAIL_PASSWORD='open # sesame = $1'
MAIL_ENCRYPTION=tls
{SENDER}""",
    12: f"""\
MAIL_MAILER=smtp
MAIL_SCHEME=smtps
MAIL_HOST=mail.acme.example
MAIL_PORT=465
MAIL_USERNAME="licensing@acme.example"
MAIL_PASSWORD="two words"
MAIL_EHLO_DOMAIN=acme.example
{SENDER}""",
    9: f"MAIL_MAILER=sendmail\nMAIL_SENDMAIL_PATH='/usr/sbin/sendmail -bs -i'\n{SENDER}",
    11: f"""\
MAIL_MAILER=mailgun
MAILGUN_DOMAIN=mg.acme.example
MAILGUN_SECRET=key-0123456789abcdef0123456789abcdef
MAILGUN_ENDPOINT=api.mailgun.net
{SENDER}""",
    13: f"""\
MAIL_MAILER=ses
AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
AWS_DEFAULT_REGION=eu-west-1
{SENDER}""",
}


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


def import_and_plan(
    root: Path, text: str, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, *, laravel: int | None
) -> tuple[Ran, Ran]:
    """Import a `.env`, store its secrets as the commands say, and plan against it."""
    application(root, text, laravel=laravel)
    made = kmconfig(
        *("import", "app/.env", "--environment", "imported", "--tier", "development"),
        *("--secrets", "env:KM_IMPORTED", "--format", "json", "-C", root),
    )
    assert made.code == 0, made.err
    file = parse(text)
    keys = {item["setting"]: item["key"] for item in made.document["items"] if item["status"] == "secret"}
    for secret in made.document["secrets"]:
        if secret["command"] is None:
            continue
        value = file.laravel(keys[secret["setting"]])
        if keys[secret["setting"]] == "MAIL_URL":
            value = "open/sesame"
        assert isinstance(value, str)
        monkeypatch.setenv(secret["reference"].removeprefix("env:"), value)
    return made, kmconfig("plan", "imported", "--format", "json", "-C", root)


@pytest.mark.parametrize("laravel", COMPLETE)
def test_a_complete_file_gives_an_empty_plan(
    tmp_path: Path, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, laravel: int
) -> None:
    made, plan = import_and_plan(tmp_path, COMPLETE[laravel], kmconfig, monkeypatch, laravel=laravel)
    assert made.document["plan"] == {"operations": [], "impossible": None}
    assert plan.code == 0, plan.err
    assert plan.result["operations"] == []


@pytest.mark.parametrize("laravel", [None, 8, 10, 12])
@pytest.mark.parametrize("name", SAMPLES)
def test_plan_shows_what_import_has_said(
    tmp_path: Path, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, name: str, laravel: int | None
) -> None:
    made, plan = import_and_plan(tmp_path, SAMPLES[name], kmconfig, monkeypatch, laravel=laravel)
    told = made.document["plan"]
    if told["impossible"] is not None:
        assert plan.code == 65, plan.out
        return
    assert plan.code == 0, plan.err
    assert {(operation["key"], operation["action"]) for operation in plan.result["operations"]} == {
        (operation["key"], operation["action"]) for operation in told["operations"]
    }
    assert all(operation["reason"] for operation in told["operations"])
