"""Microsoft 365 (Exchange Online) client submission."""

from __future__ import annotations

from kmconfig.providers.record import ANY_ADDRESS, Form, Provider, Retirement

MICROSOFT365 = Provider(
    slug="microsoft365",
    title="Microsoft 365",
    hosts=("smtp.office365.com",),
    domains=("office365.com",),
    companies=("Microsoft", "Office 365"),
    ports={587: "tls", 25: "tls"},
    username=Form(ANY_ADDRESS, "the full address of the mailbox"),
    credential=Form(None, "the mailbox's password or an app password, while basic authentication lasts", secret=True),
    from_rule="login",
    spf_include="spf.protection.outlook.com",
    dkim_selectors=("selector1", "selector2"),
    password_login_ends=Retirement(
        fact="Microsoft 365 switches passwords for SMTP off by default at the end of December 2026; tenants made later"
        " have OAuth only, and the final date will be announced in the second half of 2027",
        remedy="move to a provider for transactional mail, or relay through a connector (port 25, fixed IP address);"
        " until then an administrator can switch passwords on again for the tenant and the mailbox",
        source="Microsoft's Exchange team blog as revised on 2026-01-27, from concordant quotations",
    ),
    limits="10,000 recipients a day, 30 messages a minute",
    documentation="https://learn.microsoft.com/exchange/mail-flow-best-practices/"
    "how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365",
    source="learn.microsoft.com/exchange, client submission pages",
)
