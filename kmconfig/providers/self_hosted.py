"""A mail server of one's own: nothing of it is known in advance but the usual ports."""

from __future__ import annotations

from kmconfig.providers.record import Form, Provider

SELF_HOSTED = Provider(
    slug="self-hosted",
    title="a mail server of one's own",
    ports={587: "tls", 465: "ssl", 25: "tls"},
    username=Form(None, "whatever the server knows the client by"),
    credential=Form(None, "the client's password", secret=True),
    credentials_required=False,
    from_rule="any",
    limits="as its administrator sets them",
    documentation="https://www.rfc-editor.org/rfc/rfc6409",
    source="RFC 6409, RFC 8314",
)
