"""What the rules of the sender and of the test say at their edges."""

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


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Your friend at Acme", {"KM404"}),
        ("RE: your license of Acme", {"KM404"}),
        ("Google Acme", {"KM404"}),
        ("Acme <licensing@acme.example>", {"KM404"}),
        ("Acme Friends", set()),
        ("Acme: Re-Licensing", set()),
        ("Acme Resend", set()),
        ("Amazonia Acme", set()),
        ("Acme Economic Outlook", set()),
    ],
)
def test_misleading_names(tmp_path: Path, name: str, codes: set[str]) -> None:
    write_environment(tmp_path, f"email: {{sender: {{name: '{name}'}}}}\n")
    assert _codes(tmp_path) == codes


@pytest.mark.parametrize(
    ("application", "domain"),
    [("name: Twilio Portal, ", "acme.example"), ("", "twilio.example"), ("", "mail.twilio-licenses.example")],
)
def test_ones_own_name_misleads_nobody(tmp_path: Path, application: str, domain: str) -> None:
    text = f"application: {{{application}url: 'https://{domain}'}}\n"
    write_environment(tmp_path, f"{text}email: {{sender: {{name: Twilio Portal, email: a@{domain}}}}}\n")
    assert _codes(tmp_path) == set()


@pytest.mark.parametrize(
    ("url", "sender", "codes"),
    [
        ("https://licenses.acme.example", "licensing@mail.acme.example", set()),
        ("https://acme.co.uk", "licensing@acme.co.uk", set()),
        ("https://acme.co.uk", "licensing@widgets.co.uk", {"KM411"}),
        ("https://acme.example:8443/app", "licensing@acme.example", set()),
        ("https://192.0.2.7", "licensing@acme.example", set()),
        ("http://keymanager", "licensing@acme.example", set()),
        ("https://acme.example", "acme@yahoo.com", {"KM407"}),
        ("https://acme.example", "noreply@yourdomain.com", {"KM408"}),
    ],
)
def test_the_applications_domain(tmp_path: Path, url: str, sender: str, codes: set[str]) -> None:
    write_environment(tmp_path, f"application: {{url: '{url}'}}\nemail: {{sender: {{email: {sender}}}}}\n")
    assert _codes(tmp_path) == codes


@pytest.mark.parametrize(
    ("domain", "sender", "codes"),
    [
        ("mg.acme.example", "licensing@acme.example", set()),
        ("mg.acme.example", "licensing@mg.acme.example", set()),
        ("mg.widgets.example", "licensing@acme.example", {"KM411"}),
        ("sandbox0a1b.mailgun.org", "licensing@acme.example", {"KM503"}),
        ("sandbox-0a1b.eu.mailgun.org", "licensing@acme.example", {"KM503"}),
    ],
)
def test_the_mailgun_domain(tmp_path: Path, domain: str, sender: str, codes: set[str]) -> None:
    mailgun = f"{{domain: {domain}, api_key: {{env: MAILGUN_API_KEY, max_age: 90d}}}}"
    text = f"email: {{driver: mailgun, mailgun: {mailgun}, sender: {{email: {sender}}}}}\n"
    write_environment(tmp_path, text)
    assert _codes(tmp_path) == codes


@pytest.mark.parametrize(
    ("recipients", "codes"),
    [
        ("[]", {"KM413"}),
        ("[a@acme.example]", {"KM414"}),
        ("[a@acme.example, b@mail.acme.example]", {"KM414"}),
        ("[a@hotmail.com, b@outlook.de]", {"KM414"}),
        ("[a@gmail.com, b@outlook.com]", set()),
        ("[a@acme.example, nobody]", {"KM107"}),
    ],
)
def test_recipients(tmp_path: Path, recipients: str, codes: set[str]) -> None:
    write_environment(tmp_path, f"email: {{test: {{recipients: {recipients}}}}}\n")
    assert _codes(tmp_path) == codes


def test_names_are_compared_with_the_staging_that_goes_with_production(tmp_path: Path) -> None:
    for name, tier, sender in [
        ("production-eu", "production", "Acme Europe"),
        ("staging-eu", "staging", "Acme Europe"),
        ("staging-us", "staging", "Acme America"),
        ("production-us", "production", "Acme USA"),
    ]:
        text = f"email: {{sender: {{name: {sender}}}}}\ntarget: {{file: {{path: {name}.json}}}}\n"
        write_environment(tmp_path, text, name=name, tier=tier)
    assert [one.environments for one in run_lint(tmp_path).findings] == [("production-us",)]
