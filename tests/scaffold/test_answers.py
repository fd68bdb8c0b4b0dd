"""Answers that cannot be taken are refused with the reason, and hostile ones stay text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from kmconfig.errors import UsageError
from kmconfig.scaffold.answers import accept_provider
from tests.scaffold.answering import made
from tests.source.properties import steady

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("some", "told"),
    [
        ({"sender": "licensing"}, "email address"),
        ({"sender": "noreply@yourdomain.com"}, "placeholder"),
        ({"sender": "acme.licenses@gmail.com"}, "free-mail"),
        ({"sender": "a@acme.example\nx: y"}, "email address"),
        ({"recipients": ("a b",)}, "email address"),
        ({"reply_to": "@"}, "email address"),
        ({"application_name": ""}, "application.name"),
        ({"application_name": "x" * 65}, "64"),
        ({"application_name": "a\nb"}, "one line"),
        ({"url": "licenses.acme.example"}, "web address"),
        ({"url": "https://user:secret@acme.example"}, "web address"),
        ({"provider": "self-hosted"}, "--host"),
        ({"provider": "self-hosted", "host": "mail.example.com"}, "placeholder"),
        ({"provider": "self-hosted", "host": "smtp://mail"}, "host name"),
        ({"provider": "ses"}, "--region"),
        ({"provider": "ses", "region": "eu-west-9"}, "eu-west-9"),
        ({"driver": "ses", "provider": "ses"}, "--region"),
        ({"provider": "mailgun", "region": "mars"}, "mars"),
        ({"provider": "gmail", "region": "eu"}, "no region"),
        ({"provider": "mailgun", "domain": "mg acme"}, "domain"),
        ({"provider": "mailgun", "username": "postmaster"}, "user name"),
        ({"provider": "postmark", "username": "x"}, "user name"),
        ({"driver": "mailgun", "provider": "sendgrid"}, "--provider"),
        ({"driver": "ses", "provider": "mailgun", "region": "eu"}, "--provider"),
        ({"driver": "sendmail", "provider": "self-hosted", "runtime": "container"}, "container"),
        ({"provider": "sendgrid", "target": "settings_api", "url": None}, "--url"),
        ({"provider": "sendgrid", "target": "aws", "aws_region": None}, "--aws-region"),
        ({"provider": "sendgrid", "secrets": "aws", "aws_region": None}, "--aws-region"),
        ({"provider": "sendgrid", "aws_region": "EU"}, "region"),
        ({"provider": "sendgrid", "target_path": "/srv/.env"}, "--target-path"),
        ({"provider": "sendgrid", "vault_address": "vault"}, "web address"),
    ],
)
def test_refusals(tmp_path: Path, some: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        made(tmp_path, **{"provider": "sendgrid", **some})
    assert told in f"{caught.value.message} {caught.value.help}"


def test_a_provider_by_nearly_its_name() -> None:
    assert accept_provider(" SendGrid ") == "sendgrid"
    with pytest.raises(UsageError) as caught:
        accept_provider("sendgird")
    assert str(caught.value.help).startswith("did you mean `sendgrid`? others come from packages")
    with pytest.raises(UsageError) as caught:
        accept_provider("\x1b[2J")
    assert "sendgrid" in str(caught.value.help)


def test_a_target_path_holds_the_tier(tmp_path: Path) -> None:
    result = made(tmp_path, provider="sendgrid", target_path="/srv/{tier}/.env")
    data = yaml.safe_load(result.files["environments/staging.yaml"])
    assert data["target"]["laravel_env"]["path"] == "/srv/staging/.env"
    assert not [found for found in result.outcome.findings if found.severity != "note"]


HOSTILE = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("'\"\\:{}[]#&*!|>%@`\n\r\t\u2028\u202e\x1b$")), max_size=40
)


@settings(steady, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_hostile_texts_are_text_or_refused(tmp_path: Path, name: str, path: str, username: str) -> None:
    target = f"{path}{{tier}}"
    some = {"application_name": name, "target_path": target, "username": username or None}
    try:
        result = made(tmp_path, provider="self-hosted", host="mail.acme.example", **some)
    except UsageError:
        event("refused")
        return
    base = yaml.safe_load(result.files["environments/base.yaml"])
    production = yaml.safe_load(result.files["environments/production.yaml"])
    assert base["application"]["name"] == name
    if not any(found.severity == "error" for found in result.outcome.findings):
        assert production["target"]["laravel_env"]["path"] == target.replace("{tier}", "production")
        assert production.keys() == {"version", "extends", "tier", "description", "email", "target"}
    if username:
        assert production["email"]["smtp"]["username"] == username
