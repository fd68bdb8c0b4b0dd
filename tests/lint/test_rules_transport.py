"""What the rules of transport and of the Laravel version say at their edges."""

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


_RELAY = "host: relay.acme.example, username: null, password: null"
_SES = "username: AKIA" + "IOSFODNN7EXAMPLE"


@pytest.mark.parametrize(
    ("smtp", "codes"),
    [
        ("host: email-smtp.ap-nowhere-9.amazonaws.com, " + _SES, {"KM211"}),
        ("host: email-smtp.eu-south-1.amazonaws.com, " + _SES, set()),
        ("host: vpce-0a1b.email-smtp.xx-nowhere-1.vpce.amazonaws.com, " + _SES, {"KM211"}),
        ("host: smtp.us.mailgun.org, username: postmaster@mg.acme.example", {"KM211"}),
        ("host: smtp.zoho.sa, username: licensing@acme.example", set()),
        ("host: smtp.eu.sparkpost.com, username: SMTP_Injection", set()),
        ("host: mailhog.acme.example", {"KM213"}),
        ("fallback_ports: [2525]", set()),
        ("fallback_ports: [25]", {"KM214"}),
        ("fallback_ports: [2587]", {"KM214"}),
        ("fallback_ports: [465]", {"KM214"}),
        ("encryption: ssl, port: 465, fallback_ports: [2525]", {"KM214"}),
        ("encryption: none, fallback_ports: [465]", {"KM306"}),
        (f"{_RELAY}, fallback_ports: [2525, 10025]", set()),
        (f"{_RELAY}, fallback_ports: [465]", {"KM214"}),
        ("host: localhost, username: null, password: null, fallback_ports: [25]", {"KM210"}),
        ("host: localhost, username: null, password: null, encryption: none, port: 1025", {"KM210"}),
    ],
)
def test_transport(tmp_path: Path, smtp: str, codes: set[str]) -> None:
    write_environment(tmp_path, f"email: {{smtp: {{{smtp}}}}}\n")
    assert _codes(tmp_path) == codes


@pytest.mark.parametrize(
    ("regions", "codes"),
    [
        ("mailgun: {region: us}", {"KM505"}),
        ("mailgun: {region: eu}", {"KM211", "KM505"}),
        ("ses: {region: eu-west-1}", {"KM505"}),
        ("mailgun: {domain: mg.acme.example}", {"KM505"}),
    ],
)
def test_a_region_beside_the_host(tmp_path: Path, regions: str, codes: set[str]) -> None:
    smtp = "{host: smtp.mailgun.org, username: postmaster@mg.acme.example}"
    write_environment(tmp_path, f"email:\n  smtp: {smtp}\n  {regions}\n")
    assert _codes(tmp_path) == codes


@pytest.mark.parametrize(
    ("laravel", "smtp", "codes"),
    [
        (8, "port: 587", set()),
        (9, "port: 587", {"KM215"}),
        (13, "port: 2525", {"KM204", "KM215"}),
        ("auto", "port: 587", set()),
        (12, "port: 465, encryption: ssl", set()),
        (12, "port: 465", {"KM201"}),
        (12, "port: 2587", {"KM206"}),
        (12, "encryption: none", {"KM306"}),
        (12, "host: localhost, username: null, password: null", {"KM210"}),
        (8, "ehlo_domain: licenses.acme.example", {"KM507"}),
        (9, "ehlo_domain: licenses.acme.example", {"KM215"}),
        (10, f"{_RELAY}, port: 2465, encryption: ssl", {"KM507"}),
        (11, f"{_RELAY}, port: 2465, encryption: ssl", set()),
        (8, f"{_RELAY}, port: 587, encryption: ssl", {"KM201"}),
        (11, f"{_RELAY}, port: 25, encryption: ssl", {"KM203", "KM507"}),
        (10, f"{_RELAY}, port: 25, encryption: ssl", {"KM203"}),
    ],
)
def test_what_a_laravel_version_makes_of_the_settings(
    tmp_path: Path, laravel: int | str, smtp: str, codes: set[str]
) -> None:
    target = f"target: {{laravel_env: {{path: .env, laravel: {laravel}, reload: [[php, artisan]]}}}}"
    write_environment(tmp_path, f"email: {{smtp: {{{smtp}}}}}\n{target}\n")
    assert _codes(tmp_path) == codes


@pytest.mark.parametrize(
    ("runtime", "tier", "severity"),
    [
        ("host", "production", "warning"),
        ("cloud", "staging", "warning"),
        ("container", "production", "error"),
        ("container", "staging", "error"),
        ("container", "development", None),
    ],
)
def test_localhost_is_worse_in_a_container(tmp_path: Path, runtime: str, tier: str, severity: str | None) -> None:
    text = f"application: {{runtime: {runtime}}}\nemail: {{smtp: {{host: '::1', username: null, password: null}}}}\n"
    write_environment(tmp_path, text, name=tier, tier=tier)
    found = [one.severity for one in run_lint(tmp_path).findings if one.rule.code == "KM210"]
    assert found == ([severity] if severity else [])


def test_a_host_that_nobody_wrote_is_localhost_too(tmp_path: Path) -> None:
    path = write_environment(tmp_path, "email:\n  smtp:\n    host: null\n    username: null\n    password: null\n")
    assert found_marks(run_lint(tmp_path)) == {(path, 5, "KM210")}


@pytest.mark.parametrize(
    ("smtp", "laravel", "word"),
    [
        ("port: 587", 12, "require_tls"),
        ("port: 587", 10, "port 465"),
        ("host: smtp.postmarkapp.com, username: {env: POSTMARK}", 10, "move to a provider"),
    ],
)
def test_how_to_insist_on_tls(tmp_path: Path, smtp: str, laravel: int, word: str) -> None:
    target = f"target: {{laravel_env: {{path: .env, laravel: {laravel}, reload: [[php, artisan]]}}}}"
    write_environment(tmp_path, f"email: {{smtp: {{{smtp}}}}}\n{target}\n")
    (found,) = [one for one in run_lint(tmp_path).findings if one.rule.code == "KM215"]
    assert word in found.help
