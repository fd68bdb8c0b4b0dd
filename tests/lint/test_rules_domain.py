"""The rules that judge what was seen of a sender's domain: how much they weigh, and what could not be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.lint.engine import lint
from kmconfig.lint.observed import Observed
from kmconfig.lint.rules.all import RULES
from kmconfig.lint.sender_domain import DomainCheck, DomainState
from tests.lint.clean import TODAY, write_environment
from tests.lint.seen import noon

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.lint.outcome import Outcome
    from kmconfig.lint.sender_domain import Result

CODES = [rule.code for rule in RULES if rule.code.startswith("KM7")]


def check(root: Path, *checks: DomainCheck, tier: str = "production", text: str = "") -> Outcome:
    """Lint an environment whose domain was seen like this."""
    write_environment(root, text, name=tier, tier=tier)
    project = Project(root)
    project.load()
    domains = {tier: DomainState("acme.example", checks)} if checks else {}
    return lint(project, today=TODAY, observed=Observed(noon(TODAY), domains=domains))


def severities(outcome: Outcome) -> dict[str, str]:
    assert outcome.crashes == []
    return {found.rule.code: found.severity for found in outcome.findings if found.rule.code.startswith("KM7")}


def made(code: str, result: Result) -> DomainCheck:
    return DomainCheck(code, result, "what was seen", "what to do", 'acme.example. IN TXT "x"')


@pytest.mark.parametrize("code", CODES)
def test_each_rule_speaks_of_its_own_check(tmp_path: Path, code: str) -> None:
    outcome = check(tmp_path, *(made(other, "fail" if other == code else "pass") for other in CODES))
    assert severities(outcome).keys() == {code}
    (found,) = (found for found in outcome.findings if found.rule.code == code)
    assert (found.message, found.help) == ("what was seen", 'what to do: acme.example. IN TXT "x"')
    assert found.setting == "email.sender.email"


@pytest.mark.parametrize(
    ("code", "result", "severity"),
    [
        ("KM701", "fail", "error"),
        ("KM704", "warn", "warning"),
        ("KM707", "warn", "warning"),
        ("KM707", "fail", "error"),
        ("KM710", "warn", "warning"),
        ("KM710", "note", "note"),
        ("KM717", "note", "note"),
    ],
)
def test_how_much_a_finding_weighs(tmp_path: Path, code: str, result: Result, severity: str) -> None:
    assert severities(check(tmp_path, made(code, result))) == {code: severity}


@pytest.mark.parametrize("tier", ["staging", "development"])
def test_how_mail_comes_in_counts_in_production_only(tmp_path: Path, tier: str) -> None:
    assert severities(check(tmp_path, made("KM717", "note"), made("KM718", "note"), tier=tier)) == {}


@pytest.mark.parametrize("code", CODES)
def test_what_gave_no_answer_is_skipped_and_never_fine(tmp_path: Path, code: str) -> None:
    outcome = check(tmp_path, made(code, "unknown"))
    assert severities(outcome) == {}
    (skipped,) = (skipped for skipped in outcome.skipped if skipped.code.startswith("KM7"))
    assert (skipped.code, skipped.reason) == (code, "`email.sender.email` of `production`: what was seen")


def test_an_environment_that_nobody_looked_at(tmp_path: Path) -> None:
    outcome = check(tmp_path)
    assert severities(outcome) == {}
    assert not any(skipped.code.startswith("KM7") for skipped in outcome.skipped)
