"""The rules that judge what was seen of secrets: limits, tiers, and that what could not be checked is never fine."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.lint.engine import lint
from kmconfig.lint.observed import Observed, Scopes, SecretState, ShapeVerdict
from kmconfig.lint.rules.all import RULES
from tests.lint.clean import TODAY, write_environment
from tests.lint.seen import noon

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.lint.finding import Located
    from kmconfig.lint.outcome import Outcome

NOW = noon(TODAY)
SETTING = "email.smtp.password"
ONLINE = {rule.code for rule in RULES if rule.module.startswith("kmconfig.lint.rules.secrets.")}
SHAPE = ShapeVerdict(False, "SendGrid", "an API key", "https://docs.example")


def found(days: float | None, **more: object) -> SecretState:
    created = None if days is None else NOW - timedelta(days=days)
    return SecretState("found", version="7", created=created)._replace(**more)  # type: ignore[arg-type]


def check(
    root: Path, state: SecretState | None, *, text: str = "", tier: str = "production", limit: str | None = None
) -> Outcome:
    """Lint an environment whose password was seen like this; None stands for one that was not looked at."""
    write_environment(root, text, name=tier, tier=tier)
    project = Project(root)
    project.load()
    secrets = {} if state is None else {tier: {SETTING: state}}
    return lint(project, today=TODAY, observed=Observed(NOW, max_secret_age=limit, secrets=secrets))


def online(outcome: Outcome) -> list[Located]:
    assert outcome.crashes == []
    return [finding for finding in outcome.findings if finding.rule.code in ONLINE]


def codes(outcome: Outcome) -> dict[str, str]:
    return {finding.rule.code: finding.severity for finding in online(outcome)}


@pytest.mark.parametrize(
    ("tier", "severity"), [("production", "error"), ("staging", "warning"), ("development", "note")]
)
def test_overdue_weighs_by_tier(tmp_path: Path, tier: str, severity: str) -> None:
    outcome = check(tmp_path, found(91), tier=tier)
    assert codes(outcome) == {"KM802": severity}
    (finding,) = online(outcome)
    assert "91d old and may be 90d" in finding.message
    assert finding.setting == SETTING


@pytest.mark.parametrize(
    ("tier", "limit", "days", "wanted"),
    [
        ("production", None, 91, {"KM802": "error"}),
        ("production", None, 80, {"KM803": "note"}),
        ("production", None, 70, {}),
        ("production", None, None, {"KM804": "note"}),
        ("production", "30d", 31, {"KM802": "error"}),
        ("production", "365d", 91, {}),
        ("staging", None, 1000, {}),
        ("staging", "30d", 1000, {}),
        ("staging", None, None, {}),
        ("development", None, 1000, {}),
        ("development", None, None, {}),
    ],
)
def test_the_limit_of_secrets_without_one(
    tmp_path: Path, tier: str, limit: str | None, days: float | None, wanted: dict[str, str]
) -> None:
    text = "email: {smtp: {password: {vault: 'keymanager/smtp#password'}}}\n"
    assert codes(check(tmp_path, found(days), text=text, tier=tier, limit=limit)) == wanted


def test_a_secret_own_limit_comes_first(tmp_path: Path) -> None:
    assert codes(check(tmp_path, found(60), limit="30d")) == {}


def test_names_and_logins_of_stores_need_no_age(tmp_path: Path) -> None:
    text = """\
email: {smtp: {username: {env: SMTP_USER}}}
stores: {vault: {auth: {approle: {role_id: {env: ROLE_ID}, secret_id: {env: SECRET_ID}}}}}
"""
    write_environment(tmp_path, text)
    project = Project(tmp_path)
    project.load()
    unknown = SecretState("found")
    secrets = {"email.smtp.username": unknown, SETTING: found(1)}
    secrets |= {f"stores.vault.auth.approle.{name}": unknown for name in ("role_id", "secret_id")}
    outcome = lint(project, today=TODAY, observed=Observed(NOW, secrets={"production": secrets}))
    assert (codes(outcome), outcome.skipped) == ({}, [])


@pytest.mark.parametrize("status", ["denied", "error"])
def test_what_gave_no_answer_is_skipped_and_never_fine(tmp_path: Path, status: str) -> None:
    outcome = check(tmp_path, SecretState(status, detail="vault is sealed"))  # type: ignore[arg-type]
    assert codes(outcome) == {}
    assert {unchecked.code for unchecked in outcome.skipped} == ONLINE
    assert {unchecked.reason for unchecked in outcome.skipped} == {f"`{SETTING}` of `production`: vault is sealed"}


def test_an_environment_that_was_not_looked_at_is_skipped(tmp_path: Path) -> None:
    outcome = check(tmp_path, None)
    assert codes(outcome) == {}
    assert {unchecked.code for unchecked in outcome.skipped} == ONLINE


@pytest.mark.parametrize("status", ["missing", "unusable"])
def test_a_secret_that_is_not_there_is_one_finding(tmp_path: Path, status: str) -> None:
    state = SecretState(status, detail="`vault:x` has no key `y`", help="did you mean `z`?")  # type: ignore[arg-type]
    outcome = check(tmp_path, state)
    (finding,) = online(outcome)
    assert (finding.rule.code, finding.severity) == ("KM801", "error")
    assert (finding.message, finding.help) == (state.detail, state.help)
    assert outcome.skipped == []


@pytest.mark.parametrize(("confirmed", "severity"), [(True, "error"), (False, "warning")])
def test_a_form_weighs_by_who_documents_it(tmp_path: Path, confirmed: bool, severity: str) -> None:
    state = found(1, value="read", shape=SHAPE._replace(confirmed=confirmed, seen="an AWS secret key"))
    outcome = check(tmp_path, state)
    assert codes(outcome) == {"KM805": severity}
    (finding,) = online(outcome)
    assert "it is an AWS secret key" in finding.message
    assert "expected is an API key" in finding.help


def test_a_value_that_may_not_be_read_skips_its_form_only(tmp_path: Path) -> None:
    outcome = check(tmp_path, found(1, value="denied", unread="no `read` on `keymanager/*`"))
    assert codes(outcome) == {}
    assert [(unchecked.code, "no `read`" in unchecked.reason) for unchecked in outcome.skipped] == [("KM805", True)]


def test_a_value_without_a_known_form_need_not_be_read(tmp_path: Path) -> None:
    text = "email: {smtp: {host: smtp.acme.example}}\n"
    outcome = check(tmp_path, found(1, value="denied", unread="no"), text=text)
    assert (codes(outcome), outcome.skipped) == ({}, [])


def test_a_few_of_the_permissions_are_named(tmp_path: Path) -> None:
    names = tuple(f"alerts.a{number}" for number in range(9))
    (finding,) = online(check(tmp_path, found(1, scopes=Scopes(names))))
    assert (finding.rule.code, finding.severity) == ("KM810", "warning")
    assert finding.message.endswith("alerts.a0, alerts.a1, alerts.a2, alerts.a3, alerts.a4 and 4 more")


def test_permissions_that_nobody_told_are_skipped(tmp_path: Path) -> None:
    outcome = check(tmp_path, found(1, scopes=Scopes(unknown="api.sendgrid.com could not be asked")))
    assert codes(outcome) == {}
    assert [unchecked.code for unchecked in outcome.skipped] == ["KM810"]


def test_without_an_observation_nothing_is_said(tmp_path: Path) -> None:
    write_environment(tmp_path, "")
    project = Project(tmp_path)
    project.load()
    outcome = lint(project, today=TODAY)
    assert (codes(outcome), outcome.skipped) == ({}, [])
