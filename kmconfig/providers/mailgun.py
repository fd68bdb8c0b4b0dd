"""Mailgun over SMTP."""

from __future__ import annotations

import re

from kmconfig.providers.record import ANY_ADDRESS, HEX, Form, Leak, Mistake, Outline, Provider

API_HOSTS = {"us": "api.mailgun.net", "eu": "api.eu.mailgun.net"}
"""The API of each region: https://documentation.mailgun.com/docs/mailgun/api-reference/api-overview"""

_API_KEY = "key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}"

MAILGUN = Provider(
    slug="mailgun",
    title="Mailgun",
    hosts=("smtp.mailgun.org",),
    regional_hosts=("smtp.{region}.mailgun.org",),
    region="[a-z]{2}",
    regions=("eu",),
    domains=("mailgun.org", "mailgun.com", "mailgun.net"),
    companies=("Mailgun", "Sinch"),
    ports={25: "tls", 587: "tls", 2525: "tls", 465: "ssl"},
    username=Form(ANY_ADDRESS, "an address on the Mailgun domain, such as `postmaster@mg.acme.example`"),
    credential=Form(
        None,
        "the domain's SMTP password, not an API key",
        secret=True,
        mistakes=(Mistake(_API_KEY, "an API key, which is not documented for SMTP", confirmed=False),),
    ),
    api_credentials={
        "api_key": Form(
            _API_KEY,
            "an API key or a domain's sending key: `key-` and 32 digits, or three groups of hexadecimal digits",
            secret=True,
            confirmed=False,
            mistakes=(Mistake("pubkey-[0-9a-f]{32}", "the public key, which cannot send"),),
        )
    },
    leaks=(
        Leak(
            "a Mailgun API key",
            r"(?<![\w-])key-[0-9a-f]{32}\b",
            literal="key-",
            outline=Outline(HEX, "-" + "x" * 32),
        ),
        Leak(
            "a Mailgun API key",
            r"(?<![\w-])[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![\w-])",
            outline=Outline(HEX, "x" * 32 + "-xxxxxxxx-xxxxxxxx"),
        ),
    ),
    from_rule="any",
    spf_include="mailgun.org",
    dkim_selectors=("k1",),
    other_selectors=True,
    limits="free plan 100 a day; unverified accounts 300 a day; sandbox domains to 5 authorised recipients",
    documentation="https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-smtp",
    source="documentation.mailgun.com, SMTP and domain pages",
)


def is_sandbox_domain(domain: str) -> bool:
    """Whether a domain is one that Mailgun gives out for trying, in small letters."""
    return re.fullmatch(r"sandbox[0-9a-z-]*\.(?:[a-z]{2}\.)?mailgun\.org", domain) is not None
