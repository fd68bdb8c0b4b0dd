"""Resend."""

from __future__ import annotations

from kmconfig.providers.record import CAPITALS, DIGITS, SMALL, Form, Leak, Outline, Provider

RESEND = Provider(
    slug="resend",
    title="Resend",
    hosts=("smtp.resend.com",),
    domains=("resend.com",),
    ports={25: "tls", 587: "tls", 2587: "tls", 465: "ssl", 2465: "ssl"},
    username=Form("resend", "the word `resend`", exact="resend"),
    credential=Form("re_[A-Za-z0-9_]{20,}", "an API key: `re_…`", secret=True, confirmed=False),
    leaks=(
        Leak(
            "a Resend API key",
            r"\bre_[A-Za-z0-9_]{20,80}\b",
            mixed=True,
            literal="re_",
            outline=Outline(CAPITALS + SMALL + DIGITS + "_", "x" * 23),
        ),
    ),
    limits="free plan 100 a day",
    documentation="https://resend.com/docs/send-with-smtp",
    source="resend.com/docs/send-with-smtp",
)
