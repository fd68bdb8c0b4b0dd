"""Fastmail."""

from __future__ import annotations

from kmconfig.providers.record import ANY_ADDRESS, Form, Provider

FASTMAIL = Provider(
    slug="fastmail",
    title="Fastmail",
    hosts=("smtp.fastmail.com",),
    domains=("fastmail.com",),
    companies=("Fastmail",),
    ports={587: "tls", 465: "ssl"},
    username=Form(ANY_ADDRESS, "the full address of the account"),
    credential=Form(None, "an app password", secret=True),
    spf_include="spf.messagingengine.com",
    dkim_selectors=("fm1", "fm2", "fm3"),
    other_selectors=True,
    limits="as the plan says",
    documentation="https://www.fastmail.com/help/technical/servernamesandports.html",
    source="fastmail.com/help/technical/servernamesandports.html",
)
