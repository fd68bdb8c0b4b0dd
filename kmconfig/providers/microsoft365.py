"""Microsoft 365 (Exchange Online) client submission."""

from __future__ import annotations

from kmconfig.providers.record import ANY_ADDRESS, Form, Provider

MICROSOFT365 = Provider(
    slug="microsoft365",
    title="Microsoft 365",
    hosts=("smtp.office365.com",),
    domains=("office365.com",),
    ports={587: "tls", 25: "tls"},
    username=Form(ANY_ADDRESS, "the full address of the mailbox"),
    credential=Form(None, "the mailbox's password or an app password, while basic authentication lasts", secret=True),
    from_rule="login",
    spf_include="spf.protection.outlook.com",
    dkim_selectors=("selector1", "selector2"),
    limits="10,000 recipients a day, 30 messages a minute",
    documentation="https://learn.microsoft.com/exchange/mail-flow-best-practices/"
    "how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365",
    source="learn.microsoft.com/exchange, client submission pages",
)
