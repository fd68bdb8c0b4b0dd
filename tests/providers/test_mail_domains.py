"""Whose a mail domain is."""

from __future__ import annotations

import pytest

from kmconfig.providers.mail_domains import mail_service_of, organisation_of
from kmconfig.providers.mailgun import is_sandbox_domain
from kmconfig.providers.registry import nearest_provider


@pytest.mark.parametrize(
    ("domain", "organisation"),
    [
        ("acme.example", "acme.example"),
        ("mail.eu.acme.example", "acme.example"),
        ("Licenses.Acme.CO.UK.", "acme.co.uk"),
        ("acme.uk", "acme.uk"),
        ("mail.acme.de", "acme.de"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
    ],
)
def test_organisation_of(domain: str, organisation: str) -> None:
    assert organisation_of(domain) == organisation


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("gmail.com", "googlemail.com", True),
        ("outlook.com", "hotmail.co.uk", True),
        ("gmail.com", "outlook.com", False),
        ("acme.example", "mail.acme.example", True),
        ("acme.example", "partner.example", False),
    ],
)
def test_mail_service_of(one: str, other: str, *, same: bool) -> None:
    assert (mail_service_of(one) == mail_service_of(other)) is same


@pytest.mark.parametrize(
    ("domain", "sandbox"),
    [
        ("sandbox0a1b.mailgun.org", True),
        ("sandbox.eu.mailgun.org", True),
        ("mailgun.org", False),
        ("mg.acme.example", False),
    ],
)
def test_sandbox_domains(domain: str, *, sandbox: bool) -> None:
    assert is_sandbox_domain(domain) is sandbox


@pytest.mark.parametrize(
    ("word", "slug"),
    [
        ("sendgird", "sendgrid"),
        ("Amazon", "ses"),
        ("office 365", "microsoft365"),
        ("smtp.gmail.com", "gmail"),
        ("xyzzy", None),
        ("", None),
    ],
)
def test_the_provider_that_was_meant(word: str, slug: str | None) -> None:
    assert nearest_provider(word) == slug
