"""Mailjet."""

from __future__ import annotations

from kmconfig.providers.record import HEX, Form, Leak, Outline, Provider

MAILJET = Provider(
    slug="mailjet",
    title="Mailjet",
    hosts=("in-v3.mailjet.com", "in.mailjet.com"),
    domains=("mailjet.com",),
    companies=("Mailjet",),
    ports={25: "tls", 587: "tls", 2525: "tls", 465: "ssl"},
    username=Form("[0-9a-f]{32}", "the API key: 32 hexadecimal digits"),
    credential=Form("[0-9a-f]{32}", "the secret key: 32 hexadecimal digits", secret=True, confirmed=False),
    leaks=(
        Leak(
            "a Mailjet key",
            r"(?<![\w-])[0-9a-f]{32}(?![\w-])",
            near=("mailjet",),
            outline=Outline(HEX, "x" * 32),
        ),
    ),
    spf_include="spf.mailjet.com",
    dkim_selectors=("mailjet",),
    other_selectors=True,
    limits="free plan 200 a day",
    documentation="https://dev.mailjet.com/smtp-relay/configuration/",
    source="cloud.google.com, page on sending with Mailjet",
)
