"""Brevo, formerly Sendinblue."""

from __future__ import annotations

from kmconfig.providers.record import ANY_ADDRESS, HEX, Form, Leak, Mistake, Outline, Provider

_KEY = Outline(HEX, "-" + "x" * 64 + "-")

BREVO = Provider(
    slug="brevo",
    title="Brevo",
    hosts=("smtp-relay.brevo.com",),
    domains=("brevo.com",),
    companies=("Brevo", "Sendinblue"),
    ports={587: "tls", 2525: "tls", 465: "ssl"},
    username=Form(ANY_ADDRESS, "the SMTP login that the account shows, an address"),
    credential=Form(
        "xsmtpsib-[0-9a-f]{64}-[A-Za-z0-9]{16}",
        "an SMTP key: `xsmtpsib-…`, not an API key",
        secret=True,
        mistakes=(Mistake("xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}", "an API key, which SMTP does not take"),),
    ),
    leaks=(
        Leak("a Brevo SMTP key", r"\bxsmtpsib-[0-9a-f]{64}-[A-Za-z0-9]{16}\b", literal="xsmtpsib-", outline=_KEY),
        Leak("a Brevo API key", r"\bxkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}\b", literal="xkeysib-", outline=_KEY),
    ),
    dkim_selectors=("mail",),
    other_selectors=True,
    limits="free plan 300 a day",
    documentation="https://developers.brevo.com/docs/smtp-integration",
    source="developers.brevo.com, SMTP and domain authentication pages",
)
