from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from kmconfig.providers.registry import PROVIDERS, domain_owner, provider_by_slug, provider_of_host

if TYPE_CHECKING:
    from kmconfig.providers.record import Provider

_PRODUCT = ("gmail", "microsoft365", "sendgrid", "mailgun", "ses", "postmark", "sparkpost", "self-hosted")


@pytest.mark.parametrize("slug", _PRODUCT)
def test_the_products_providers_are_known(slug: str) -> None:
    provider = provider_by_slug(slug)
    assert provider is not None
    assert provider.slug == slug


def test_slugs_and_hosts_are_unique() -> None:
    slugs = [provider.slug for provider in PROVIDERS]
    hosts = [host for provider in PROVIDERS for host in provider.example_hosts()]
    assert len(set(slugs)) == len(slugs)
    assert len(set(hosts)) == len(hosts)


@pytest.mark.parametrize("record", PROVIDERS, ids=lambda record: record.slug)
def test_records_agree_with_themselves(record: Provider) -> None:
    assert record.recommended_port in record.ports
    assert record.username.exact is None or record.username.fits(record.username.exact)
    assert record.documentation.startswith("https://")
    assert record.limits
    assert record.source
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", record.facts_of)
    for host in record.example_hosts():
        assert provider_of_host(host) is record
        assert domain_owner(host) is record


@pytest.mark.parametrize(
    ("host", "slug"),
    [
        ("smtp.sendgrid.net", "sendgrid"),
        ("SMTP.SendGrid.NET.", "sendgrid"),
        ("smtp.eu.sendgrid.net", "sendgrid"),
        ("smtp.eu.mailgun.org", "mailgun"),
        ("email-smtp.us-east-1.amazonaws.com", "ses"),
        ("email-smtp.us-gov-west-1.amazonaws.com", "ses"),
        ("email-smtp-fips.us-west-2.amazonaws.com", "ses"),
        ("vpce-0a1b-2c3d.email-smtp.eu-west-1.vpce.amazonaws.com", "ses"),
        ("smtp-broadcasts.postmarkapp.com", "postmark"),
        ("smtp-relay.gmail.com", "workspace-relay"),
        ("smtp.gmail.com", "gmail"),
        ("smtp.office365.com", "microsoft365"),
        ("smtp.eu.sparkpostmail.com", "sparkpost"),
        ("smtp.zoho.com.au", "zoho"),
        ("smtp.sendgrid.com", None),
        ("sendgrid.net", None),
        ("smtp.sendgrid.net.acme.example", None),
        ("mail.acme.example", None),
        ("", None),
    ],
)
def test_provider_of_host(host: str, slug: str | None) -> None:
    provider = provider_of_host(host)
    assert (provider.slug if provider else None) == slug


@pytest.mark.parametrize(
    ("host", "slug"),
    [
        ("api.sendgrid.net", "sendgrid"),
        ("sendgrid.com", "sendgrid"),
        ("notsendgrid.net", None),
        ("email.eu-west-1.amazonaws.com", "ses"),
        ("a1b2.mail-manager-smtp.amazonaws.com", "ses"),
        ("ec2-192-0-2-1.eu-west-1.compute.amazonaws.com", None),
        ("mail.acme.example", None),
    ],
)
def test_domain_owner(host: str, slug: str | None) -> None:
    provider = domain_owner(host)
    assert (provider.slug if provider else None) == slug


@pytest.mark.parametrize(
    ("slug", "text", "fits"),
    [
        ("sendgrid", "apikey", True),
        ("sendgrid", "ApiKey", False),
        ("ses", "AKIAIOSFODNN7EXAMPLE", True),
        ("ses", "ASIAIOSFODNN7EXAMPLE", False),
        ("ses", "AKIAIOSFODNN7EXAMPLE\n", False),
        ("gmail", "licensing@acme.example", True),
        ("gmail", "licensing", False),
        ("mailgun", "postmaster@mg.acme.example", True),
        ("sparkpost", "SMTP_Injection:X-MSYS-SUBACCOUNT=12", True),
        ("sparkpost", "smtp_injection", False),
    ],
)
def test_username_forms(slug: str, text: str, *, fits: bool) -> None:
    provider = provider_by_slug(slug)
    assert provider is not None
    assert provider.username.fits(text) is fits


def test_ports_speak_one_encryption_each() -> None:
    postmark, ses = provider_by_slug("postmark"), provider_by_slug("ses")
    assert postmark is not None
    assert ses is not None
    assert postmark.ports_with("ssl") == ()
    assert ses.ports_with("ssl") == (465, 2465)


def test_region_of_a_host_need_not_exist() -> None:
    ses = provider_by_slug("ses")
    assert ses is not None
    assert ses.region_of("email-smtp.xx-nowhere-9.amazonaws.com") == "xx-nowhere-9"
    assert ses.region_of("mail.acme.example") is None
