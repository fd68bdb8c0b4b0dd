"""The rules that judge what providers say of accounts: tiers, words, and that what could not be asked is never fine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.lint.engine import lint
from kmconfig.lint.observed import AccountState, Observed
from kmconfig.lint.rules.all import RULES
from tests.lint.clean import TODAY, write_environment
from tests.lint.seen import SOUND, noon

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.lint.finding import Located
    from kmconfig.lint.outcome import Outcome

NAME = "the account"
CODES = {rule.code for rule in RULES if rule.module.startswith("kmconfig.lint.rules.accounts.")}
SES = "email: {driver: ses, ses: {region: eu-west-1}}\n"
MAILGUN = "email: {driver: mailgun, mailgun: {domain: mg.acme.example, api_key: {vault: 'km/mailgun#key'}}}\n"


def check(root: Path, text: str, tier: str = "production", **seen: object) -> Outcome:
    """Lint an environment whose account was seen like this."""
    state = AccountState(NAME, **{**SOUND, **seen})  # type: ignore[arg-type]
    return judge(root, text, tier, Observed(noon(TODAY), accounts={tier: state}))


def judge(root: Path, text: str, tier: str, observed: Observed) -> Outcome:
    write_environment(root, text, name=tier, tier=tier)
    project = Project(root)
    project.load()
    return lint(project, today=TODAY, observed=observed)


def findings(outcome: Outcome) -> list[Located]:
    assert outcome.crashes == []
    return [finding for finding in outcome.findings if finding.rule.code in CODES]


def severities(outcome: Outcome) -> dict[str, str]:
    return {finding.rule.code: finding.severity for finding in findings(outcome)}


def skipped(outcome: Outcome) -> dict[str, str]:
    return {unchecked.code: unchecked.reason for unchecked in outcome.skipped if unchecked.code in CODES}


def test_the_codes() -> None:
    assert sorted(CODES) == ["KM806", "KM807", "KM808", "KM809"]


@pytest.mark.parametrize("text", [SES, MAILGUN, ""])
def test_a_sound_account(tmp_path: Path, text: str) -> None:
    outcome = check(tmp_path, text)
    assert (severities(outcome), skipped(outcome)) == ({}, {})


@pytest.mark.parametrize(
    ("tier", "severity"),
    [("production", {"KM806": "error"}), ("staging", {"KM806": "warning"}), ("development", {})],
)
def test_the_sandbox_weighs_by_tier(tmp_path: Path, tier: str, severity: dict[str, str]) -> None:
    assert severities(check(tmp_path, SES, tier, sandbox=True)) == severity


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"sender": "missing"}, "knows no identity for `licensing@acme.example` in `eu-west-1`"),
        (
            {"sender": "unverified", "detail": "PENDING"},
            "has not verified `licensing@acme.example` in `eu-west-1` (PEN",
        ),
    ],
)
def test_a_sender_that_is_not_verified(tmp_path: Path, seen: dict[str, str], words: str) -> None:
    (finding,) = findings(check(tmp_path, SES, "development", **seen))
    assert (finding.rule.code, finding.severity, finding.setting) == ("KM807", "error", "email.sender.email")
    assert words in finding.message
    assert "--region eu-west-1 --email-identity acme.example" in finding.help


@pytest.mark.parametrize(
    ("seen", "words", "remedy"),
    [
        ({"domain": "missing"}, "no domain `mg.acme.example` in the region `us`", "region: eu"),
        ({"domain": "unverified", "detail": "no TXT x"}, "not verified the domain `mg.acme.example`: no TXT x", "DNS"),
    ],
)
def test_a_domain_that_is_not_active(tmp_path: Path, seen: dict[str, str], words: str, remedy: str) -> None:
    (finding,) = findings(check(tmp_path, MAILGUN, **seen))
    assert (finding.rule.code, finding.severity, finding.setting) == ("KM808", "error", "email.mailgun.domain")
    assert words in finding.message
    assert remedy in finding.help


@pytest.mark.parametrize("text", [SES, MAILGUN])
def test_sending_that_is_paused(tmp_path: Path, text: str) -> None:
    (finding,) = findings(check(tmp_path, text, paused="by Amazon", domain=None))
    assert (finding.rule.code, finding.severity, finding.setting) == ("KM809", "error", "email.driver")
    assert finding.message == f"{NAME} sends nothing: by Amazon"


def test_what_was_not_told_is_skipped(tmp_path: Path) -> None:
    outcome = check(tmp_path, SES, unknown="`ses:GetAccount` is not allowed", sender_unknown="no answer")
    assert severities(outcome) == {}
    assert skipped(outcome) == {
        "KM806": "`email.ses` of `production`: `ses:GetAccount` is not allowed",
        "KM807": "`email.sender.email` of `production`: no answer",
        "KM809": "`email.ses` of `production`: `ses:GetAccount` is not allowed",
    }


def test_an_unknown_domain_is_skipped(tmp_path: Path) -> None:
    outcome = check(tmp_path, MAILGUN, unknown="a sending key may not look")
    assert severities(outcome) == {}
    assert set(skipped(outcome)) == {"KM808", "KM809"}


@pytest.mark.parametrize(
    ("text", "codes"), [(SES, {"KM806", "KM807", "KM809"}), (MAILGUN, {"KM808", "KM809"}), ("", set())]
)
def test_an_environment_that_nobody_asked_about(tmp_path: Path, text: str, codes: set[str]) -> None:
    outcome = judge(tmp_path, text, "production", Observed(noon(TODAY)))
    assert severities(outcome) == {}
    assert set(skipped(outcome)) == codes
