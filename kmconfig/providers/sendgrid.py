"""SendGrid (Twilio)."""

from __future__ import annotations

from kmconfig.providers.record import Form, Leak, Provider

SENDGRID = Provider(
    slug="sendgrid",
    title="SendGrid",
    hosts=("smtp.sendgrid.net",),
    regional_hosts=("smtp.{region}.sendgrid.net",),
    region="[a-z]{2}",
    regions=("eu",),
    domains=("sendgrid.net", "sendgrid.com"),
    companies=("SendGrid", "Twilio"),
    ports={25: "tls", 587: "tls", 2525: "tls", 465: "ssl"},
    username=Form("apikey", "the word `apikey`, not the key itself", exact="apikey"),
    credential=Form(
        r"SG\.[\w-]{20,24}\.[\w-]{39,50}", "an API key: `SG.`, 22 characters, a dot, 43 characters", secret=True
    ),
    leaks=(Leak("a SendGrid API key", r"\bSG\.[\w-]{20,24}\.[\w-]{39,50}(?![\w-])", literal="SG."),),
    dkim_selectors=("s1", "s2"),
    dkim_alias="{selector}.domainkey.u<number>.wl<number>.sendgrid.net",
    limits="5,000 messages a connection; trial 100 a day for 60 days",
    documentation="https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api",
    source="docs.sendgrid.com, SMTP and domain authentication pages",
)
