"""Mailtrap's sending service; its sandbox is a mail catcher."""

from __future__ import annotations

from kmconfig.providers.record import HEX, Form, Leak, Outline, Provider

MAILTRAP = Provider(
    slug="mailtrap",
    title="Mailtrap",
    hosts=("live.smtp.mailtrap.io", "bulk.smtp.mailtrap.io"),
    domains=("mailtrap.io",),
    companies=("Mailtrap",),
    ports={25: "tls", 587: "tls", 2525: "tls", 465: "ssl"},
    username=Form("api", "the word `api`", exact="api"),
    credential=Form("[0-9a-f]{32}", "an API token: 32 hexadecimal digits", secret=True, confirmed=False),
    leaks=(
        Leak(
            "a Mailtrap token",
            r"(?<![\w-])[0-9a-f]{32}(?![\w-])",
            near=("mailtrap",),
            outline=Outline(HEX, "x" * 32),
        ),
    ),
    limits="as the plan says",
    documentation="https://docs.mailtrap.io/",
    source="docs.mailtrap.io, SMTP integration",
)
