"""What the rules of drivers, environments and policy say at their edges."""

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


def _project_file(root: Path, text: str) -> None:
    (root / "kmconfig.yaml").write_text(f"version: 1\n{text}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("email: {driver: sendmail}", {"KM502"}),
        ("application: {runtime: cloud}\nemail: {driver: sendmail}", {"KM501"}),
        ("email: {driver: sendmail, sendmail: {arguments: [-ti]}}", {"KM502"}),
        ("email: {driver: sendmail, sendmail: {arguments: [-oi]}}", {"KM502", "KM506"}),
        ("email: {driver: sendmail, sendmail: {arguments: [-oi, 5]}}", {"KM105", "KM502"}),
        ("email: {driver: ses, ses: {region: eu-west-1, access_key_id: {env: A}}}", {"KM504"}),
        ("target: {laravel_env: {path: .env, reload: []}}", {"KM508"}),
        ("target: {file: {path: settings.json}}", set()),
        ("owner: null", set()),
        ("owner: null\ndescription: null", {"KM605"}),
    ],
)
def test_one_environment(tmp_path: Path, text: str, codes: set[str]) -> None:
    write_environment(tmp_path, f"{text}\n")
    assert _codes(tmp_path) - {"KM106", "KM303"} == codes


@pytest.mark.parametrize(
    ("name", "tier", "found"),
    [
        ("production", "staging", True),
        ("prod-eu", "development", True),
        ("eu/staging", "production", True),
        ("pre-production", "staging", False),
        ("preprod", "production", True),
        ("staging-production", "production", False),
        ("products", "development", False),
        ("live", "staging", False),
    ],
)
def test_names_and_tiers(tmp_path: Path, name: str, tier: str, found: bool) -> None:
    (tmp_path / "environments" / "eu").mkdir(parents=True)
    path = write_environment(tmp_path, "owner: x\n", name=name, tier=tier)
    location = tmp_path / path
    text = location.read_text(encoding="utf-8").replace("extends: ", "extends: ../" if "/" in name else "extends: ")
    location.write_text(text, encoding="utf-8")
    assert _codes(tmp_path) == ({"KM607"} if found else set())


@pytest.mark.parametrize(
    ("text", "tier", "allowed"),
    [
        ("email: {smtp: {host: smtp.sendgrid.net}}", "production", True),
        ("email: {smtp: {host: api.sendgrid.net}}", "production", True),
        ("email: {driver: ses, ses: {region: eu-west-1}}", "production", True),
        ("email: {driver: mailgun, mailgun: {domain: a.example, api_key: {env: A}}}", "production", False),
        ("email: {smtp: {host: mail.acme.example}}", "staging", False),
        ("email: {driver: sendmail}", "staging", False),
        ("email: {smtp: {host: mailpit}}", "development", True),
        ("email: {smtp: {host: localhost}}", "development", True),
        ("email: {smtp: {host: mail.acme.example}}", "development", False),
    ],
)
def test_providers(tmp_path: Path, text: str, tier: str, allowed: bool) -> None:
    write_environment(tmp_path, f"{text}\n", name=tier, tier=tier)
    _project_file(tmp_path, "policy: {providers: [sendgrid, ses]}")
    assert ("KM601" not in _codes(tmp_path)) is allowed


def test_sources_are_allowed_by_tier(tmp_path: Path) -> None:
    for tier in ("production", "staging"):
        reference = f"{{env: {tier.upper()}_PASSWORD, max_age: 90d}}"
        write_environment(tmp_path, f"email: {{smtp: {{password: {reference}}}}}\n", name=tier, tier=tier)
    _project_file(tmp_path, "policy: {secret_sources: {production: [vault]}}")
    (found,) = run_lint(tmp_path).findings
    assert (found.rule.code, found.environments) == ("KM602", ("production",))
    assert [place.span.path for place in found.related] == ["kmconfig.yaml"]


def test_a_tier_that_is_not_promoted_is_one_finding(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_environment(tmp_path, f"target: {{file: {{path: {name}.json}}}}\n", name=name, tier="staging")
    _project_file(tmp_path, "promotion: [production]")
    (found,) = run_lint(tmp_path).findings
    assert (found.rule.code, found.severity, found.environments) == ("KM604", "warning", ("one", "two"))
    assert found.place.span.path == "kmconfig.yaml"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("laravel_env: {path: a/.env, reload: [[x]]}", "laravel_env: {path: ./a//.env, reload: [[y]]}", True),
        ("laravel_env: {path: a/.env, reload: [[x]]}", "file: {path: a/.env}", True),
        ("laravel_env: {path: a/.env, reload: [[x]]}", "laravel_env: {path: b/.env, reload: [[x]]}", False),
        (
            "settings_api: {url: 'https://a.example/api', api_key: {env: A}}",
            "settings_api: {url: 'https://a.example/api/', api_key: {env: B}}",
            True,
        ),
        (
            "kubernetes: {directory: k, namespace: a, name: mail}",
            "kubernetes: {directory: k, namespace: b, name: mail}",
            False,
        ),
        (
            "kubernetes: {directory: k, namespace: a, name: mail}",
            "kubernetes: {directory: k, namespace: a, name: mail}",
            True,
        ),
        ("aws: {ssm_prefix: /km, secret_id: km/a}", "aws: {ssm_prefix: /km/, secret_id: km/b}", True),
        ("aws: {ssm_prefix: /km/a}", "aws: {secret_id: /km/a}", False),
        ("vault: {path: km/mail}", "vault: {path: km/mail}", True),
        ("vault: {path: km/mail}", "file: {path: km/mail}", False),
    ],
)
def test_what_is_the_same_place(tmp_path: Path, one: str, other: str, same: bool) -> None:
    for tier, target in (("production", one), ("staging", other)):
        write_environment(tmp_path, f"target: {{{target}}}\n", name=tier, tier=tier)
    assert ("KM603" in _codes(tmp_path)) is same


@pytest.mark.parametrize(
    ("production", "staging", "codes"),
    [
        ("encryption: none", "encryption: tls", {"KM306", "KM606"}),
        ("encryption: none", "encryption: none", {"KM306"}),
        ("encryption: tls", "port: 465, encryption: ssl", set()),
        ("encryption: none", "host: localhost", {"KM210", "KM306"}),
    ],
)
def test_the_encryption_of_production_and_staging(
    tmp_path: Path, production: str, staging: str, codes: set[str]
) -> None:
    for tier, smtp in (("production", production), ("staging", staging)):
        write_environment(tmp_path, f"email: {{smtp: {{{smtp}}}}}\n", name=tier, tier=tier)
    assert _codes(tmp_path) == codes
