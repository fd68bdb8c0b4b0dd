"""Zoho Mail, whose hosts differ by data centre."""

from __future__ import annotations

from kmconfig.providers.record import ANY_ADDRESS, Form, Provider

ZOHO = Provider(
    slug="zoho",
    title="Zoho Mail",
    regional_hosts=("smtp.zoho.{region}", "smtppro.zoho.{region}"),
    region=r"com|eu|in|com\.au|jp|com\.cn|ca|sa|uk|ae",
    regions=("com", "eu", "in", "com.au", "jp"),
    regions_final=False,
    domains=("zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.jp"),
    companies=("Zoho",),
    ports={587: "tls", 465: "ssl"},
    username=Form(ANY_ADDRESS, "the full address of the mailbox"),
    credential=Form(None, "the mailbox's password or an app password", secret=True),
    from_rule="login",
    spf_include="zohomail.com",
    dkim_selectors=("zmail",),
    other_selectors=True,
    limits="150 to 500 a day, by plan",
    documentation="https://www.zoho.com/mail/help/zoho-smtp.html",
    source="zoho.com/mail/help/zoho-smtp.html",
)
