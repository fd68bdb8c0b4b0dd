"""SparkPost, now also sold as Bird Email."""

from __future__ import annotations

from kmconfig.providers.record import HEX, Form, Leak, Outline, Provider

SPARKPOST = Provider(
    slug="sparkpost",
    title="SparkPost",
    # Its own pages disagree on the domain of the European host, so neither is wrong.
    hosts=("smtp.sparkpostmail.com", "smtp.eu.sparkpost.com"),
    regional_hosts=("smtp.{region}.sparkpostmail.com",),
    region="[a-z]{2}",
    regions=("eu",),
    domains=("sparkpostmail.com", "sparkpost.com"),
    companies=("SparkPost", "MessageBird"),
    ports={587: "tls", 2525: "tls"},
    username=Form(
        r"SMTP_Injection(?::X-MSYS-SUBACCOUNT=[0-9]+)?", "`SMTP_Injection`, the same for all", exact="SMTP_Injection"
    ),
    credential=Form("[0-9a-f]{40}", "an API key that may send by SMTP: 40 characters", secret=True, confirmed=False),
    leaks=(
        Leak(
            "a SparkPost API key",
            r"\b[0-9a-f]{40}\b",
            near=("sparkpost",),
            outline=Outline(HEX, "x" * 40),
        ),
    ),
    spf_include="_spf.sparkpostmail.com",
    limits="new paid accounts 1,000 a day, rising",
    documentation="https://developers.sparkpost.com/api/smtp/",
    source="developers.sparkpost.com and support documentation",
)
