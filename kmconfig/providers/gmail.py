"""Gmail and Google Workspace mailboxes."""

from __future__ import annotations

from kmconfig.providers.record import ANY_ADDRESS, SMALL, Form, Leak, Outline, Provider

_GMAIL = ("gmail", "google", "app password")

GMAIL = Provider(
    slug="gmail",
    title="Gmail",
    hosts=("smtp.gmail.com",),
    domains=("gmail.com", "googlemail.com", "google.com"),
    companies=("Google", "Gmail"),
    ports={587: "tls", 465: "ssl"},
    username=Form(ANY_ADDRESS, "the full address of the mailbox"),
    credential=Form(
        "[a-z]{16}|[a-z]{4}(?: [a-z]{4}){3}", "an app password: 16 small letters", secret=True, confirmed=False
    ),
    # Four words of four letters are also English, so nothing but the password may stand there.
    leaks=(
        Leak(
            "a Gmail app password",
            r"(?<![\w.-])(?<![\w,;] )[a-z]{4}(?: [a-z]{4}){3}(?! ?[\w.-])",
            near=_GMAIL,
            outline=Outline(SMALL, "xxxx xxxx xxxx xxxx"),
        ),
    ),
    from_rule="login",
    spf_include="_spf.google.com",
    dkim_selectors=("google",),
    limits="personal 500 a day; Workspace 2,000 a day, 100 recipients a message",
    documentation="https://support.google.com/a/answer/176600",
    source="support.google.com/a/answer/166852, developers.google.com/gmail",
)
