"""Outlook.com personal mailboxes."""

from __future__ import annotations

from kmconfig.providers.record import ANY_ADDRESS, Form, Provider, Retirement

OUTLOOK = Provider(
    slug="outlook",
    title="Outlook.com",
    hosts=("smtp-mail.outlook.com",),
    domains=("outlook.com",),
    companies=("Outlook.com", "Hotmail"),
    ports={587: "tls"},
    username=Form(ANY_ADDRESS, "the full address of the mailbox"),
    credential=Form(None, "an OAuth token; passwords are no longer taken", secret=True, confirmed=False),
    from_rule="login",
    password_login_ends=Retirement(
        fact="Outlook.com takes OAuth tokens only, and no password",
        remedy="move to a provider for transactional mail",
        source="support.microsoft.com, settings for Outlook.com",
    ),
    limits="as the account says",
    documentation="https://support.microsoft.com/office/pop-imap-and-smtp-settings-for-outlook-com",
    source="support.microsoft.com, settings for Outlook.com",
)
