"""Diagnosis rows for sender and recipient, as each provider words its refusal (facts of 2026-11)."""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row

PROVIDER_SENDER_ROWS: Final = (
    Row(
        key="ses-identity-unverified",
        pattern=r"email address is not verified",
        cause="SES knows no verified identity for the addresses it names, in this region; in the sandbox, "
        "recipients need one too",
        remedies=(
            "verify it in the region in `{host}`: `aws sesv2 create-email-identity --email-identity DOMAIN`",
            "to write to anybody, request production access: SES console > Account dashboard",
            "in the sandbox test with success@simulator.amazonses.com",
        ),
        temporary=False,
    ),
    Row(
        key="ses-policy",
        pattern=r"not authorized to perform `?ses:SendRawEmail",
        cause="the IAM user behind this login may not send",
        remedies=("grant the action `ses:SendRawEmail` in the user's IAM policy: https://console.aws.amazon.com/iam/",),
        temporary=False,
    ),
    Row(
        key="m365-send-as",
        pattern=r"SendAsDenied|not allowed to send as|5\.7\.60\b",
        cause="the login's mailbox may not send with this From address",
        remedies=(
            "set `email.sender.email` to the login's address",
            "or grant it: `Add-RecipientPermission FROM -AccessRights SendAs -Trustee LOGIN`",
        ),
        temporary=False,
    ),
    Row(
        key="sendgrid-sender-unverified",
        pattern=r"does not match a verified sender identity",
        cause="SendGrid knows neither this From address nor its domain as verified",
        remedies=("authenticate the domain at https://app.sendgrid.com/settings/sender_auth",),
        temporary=False,
    ),
    Row(
        key="sparkpost-domain-unconfigured",
        pattern=r"unconfigured sending domain",
        cause="the From domain is not set up as a sending domain",
        remedies=("add and verify it at https://app.sparkpost.com/domains/list/sending",),
        temporary=False,
    ),
    Row(
        key="postmark-sender-unverified",
        pattern=r"(not|no) .*sender signature",
        cause="Postmark knows no sender signature or verified domain for this From address",
        remedies=("add the domain or the address at https://account.postmarkapp.com/signature_domains",),
        temporary=False,
    ),
    Row(
        key="postmark-pending",
        pattern=r"account is pending approval",
        cause="until Postmark has approved the account, it sends to the account's own domain only",
        remedies=(
            "test with a recipient of the From domain",
            "request approval at https://account.postmarkapp.com/",
        ),
        temporary=False,
    ),
    Row(
        key="recipient-inactive",
        pattern=r"marked as inactive|inactive recipient|on the (account-level )?suppression list|address is suppressed",
        cause="the provider has put this recipient on its suppression list, after a bounce or a complaint",
        remedies=("take it off the list in the provider's web interface", "or test with another recipient"),
        temporary=False,
    ),
    Row(
        key="resend-domain-unverified",
        pattern=r"only send testing emails to your own email",
        cause="Resend sends from an unverified domain to the account's own address only",
        remedies=("verify the domain at https://resend.com/domains, and use it in `email.sender.email`",),
        temporary=False,
    ),
    Row(
        key="zoho-relay",
        pattern=r"relaying disallowed|sender is not allowed to relay",
        cause="From is not the account's address or alias, or the account lives in another Zoho data centre",
        remedies=(
            "set `email.sender.email` to the login's address or one of its aliases",
            "use the host of the account's region (smtp.zoho.eu, smtp.zoho.in, …)",
        ),
        temporary=False,
    ),
    Row(
        key="zoho-unusual-activity",
        pattern=r"unusual sending activity",
        cause="Zoho has blocked the account for its volume",
        remedies=(
            "lift the block at https://mail.zoho.com/UnblockMe",
            "send application mail through a transactional provider such as ZeptoMail",
        ),
        temporary=False,
    ),
)
