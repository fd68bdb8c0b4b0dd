"""The SMTP relay of Google Workspace, which may know its clients by their IP address."""

from __future__ import annotations

from kmconfig.providers.record import ANY_ADDRESS, Form, Provider

WORKSPACE_RELAY = Provider(
    slug="workspace-relay",
    title="Google Workspace relay",
    hosts=("smtp-relay.gmail.com",),
    ports={25: "tls", 587: "tls", 465: "ssl"},
    username=Form(ANY_ADDRESS, "the full address of a Workspace user, or none where the IP address is allowed"),
    credential=Form(
        "[a-z]{16}|[a-z]{4}(?: [a-z]{4}){3}", "an app password: 16 small letters", secret=True, confirmed=False
    ),
    credentials_required=False,
    from_rule="any",
    spf_include="_spf.google.com",
    dkim_selectors=("google",),
    limits="10,000 recipients a user a day",
    documentation="https://support.google.com/a/answer/2956491",
    source="support.google.com/a, SMTP relay page",
)
