"""Postmark."""

from __future__ import annotations

from kmconfig.providers.record import HEX, Form, Leak, Outline, Provider

_UUID = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"

POSTMARK = Provider(
    slug="postmark",
    title="Postmark",
    hosts=("smtp.postmarkapp.com", "smtp-broadcasts.postmarkapp.com"),
    domains=("postmarkapp.com",),
    companies=("Postmark", "ActiveCampaign"),
    ports={25: "tls", 587: "tls", 2525: "tls"},
    username=Form(
        pattern=None,
        expected="the server token or a stream's access key, which is a secret: the same reference as the password",
        secret=True,
    ),
    credential=Form(
        _UUID, "the server token, a UUID; it is user name and password alike", secret=True, confirmed=False
    ),
    leaks=(
        Leak(
            "a Postmark server token",
            rf"(?<![\w-]){_UUID}(?![\w-])",
            near=("postmark",),
            outline=Outline(HEX, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"),
        ),
    ),
    dkim_selector_form="<timestamp>pm",
    limits="developer plan 100 a month",
    documentation="https://postmarkapp.com/developer/user-guide/send-email-with-smtp",
    source="postmarkapp.com/support/article/811 and developer overview",
)
