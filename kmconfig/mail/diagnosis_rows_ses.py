"""Diagnosis rows for what Amazon SES says of account, sender and message (facts of 2026-11)."""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_rows_ses_login import ses_row

_ACCOUNT: Final = "see the account: `aws sesv2 get-account`"
_REPUTATION: Final = "https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html"
_PRODUCTION: Final = (
    "to write to anybody, request production access: SES console > Account dashboard > Request production access"
)

_ACCOUNT_ROWS: Final = (
    ses_row(
        "ses-api-suspended",
        "ses-suspended",
        "AWS has suspended the account for good, after bounces, complaints or a breach",
        f"answer AWS's message in the Support Center; see {_REPUTATION}",
        "send through another provider meanwhile",
    ),
    ses_row(
        "ses-api-paused",
        "ses-paused",
        "sending is paused for the whole account in this region: by AWS after bounces or complaints, or by the account "
        "itself",
        _ACCOUNT,
        "if you paused it: `aws sesv2 put-account-sending-attributes --sending-enabled`",
        f"if AWS did: find and stop the cause, then answer in the Support Center; see {_REPUTATION}",
    ),
    ses_row(
        "ses-api-set-paused",
        "ses-set-paused",
        "sending with this configuration set is switched off",
        "switch it on: `aws sesv2 put-configuration-set-sending-options --configuration-set-name NAME "
        "--sending-enabled`",
        "or name another one in `email.ses.configuration_set`",
    ),
    ses_row(
        "ses-api-daily-quota",
        "ses-daily-quota",
        "the account's quota of 24 hours is used up (200 in the sandbox)",
        "see it: `aws sesv2 get-account --query SendQuota`",
        "request more: SES console > Account dashboard > Request increase",
        temporary=True,
    ),
    ses_row(
        "ses-api-throttled",
        "aws-throttled",
        "more messages or questions in a second than Amazon SES allows this account, also when asked again more slowly",
        "slow the queue workers down; see the rate: `aws sesv2 get-account --query SendQuota.MaxSendRate`",
        "request more: SES console > Account dashboard > Request increase",
        temporary=True,
    ),
    ses_row(
        "ses-api-limit",
        "ses-limit",
        "the account has reached one of its limits in Amazon SES",
        "see the quotas: `aws service-quotas list-service-quotas --service-code ses`",
        _ACCOUNT,
        temporary=True,
    ),
    ses_row(
        "ses-api-fault",
        "aws-fault",
        "AWS has a fault of its own",
        "try again in a few minutes; see https://health.aws.amazon.com/",
        temporary=True,
    ),
)

_SENDER: Final = (
    ses_row(
        "ses-api-unverified",
        "ses-unverified",
        "Amazon SES sends only from verified identities, and in this region none covers the sender's address",
        "verify its domain there: `aws sesv2 create-email-identity --email-identity DOMAIN --region REGION`, then "
        "publish the three CNAME records it names",
        "or correct `email.ses.region` to the region where it is verified, or `email.sender.email`",
    ),
    ses_row(
        "ses-api-rejected-unverified",
        "ses-rejected",
        "Amazon SES knows no verified identity in this region for the addresses it names; in the sandbox recipients "
        "need one too",
        "verify the sender's domain there: `aws sesv2 create-email-identity --email-identity DOMAIN --region REGION`",
        _PRODUCTION,
        "or correct `email.ses.region`; in the sandbox, test with `--to simulator:success`",
        pattern="not verified",
    ),
    ses_row(
        "ses-api-rejected",
        "ses-rejected",
        "Amazon SES does not take this message: its content, an attachment or a header",
        "send from the SES console with the same addresses; if that works, the message's content is the reason",
    ),
    ses_row(
        "ses-api-mail-from",
        "ses-mail-from",
        "the identity's custom MAIL FROM domain has no valid MX record, and the identity is set to reject mail then",
        "publish its MX (10 feedback-smtp.REGION.amazonses.com) and TXT (v=spf1 include:amazonses.com ~all) records",
        "or let SES fall back: `aws sesv2 put-email-identity-mail-from-attributes --behavior-on-mx-failure "
        "USE_DEFAULT_VALUE`",
    ),
    ses_row(
        "ses-api-configuration-set",
        "ses-configuration-set",
        "there is no configuration set of this name in this region",
        "list them: `aws sesv2 list-configuration-sets --region REGION`",
        "correct or remove `email.ses.configuration_set`",
    ),
    ses_row(
        "ses-api-not-found",
        "ses-not-found",
        "Amazon SES does not have in this region what was asked for: identity or configuration set",
        "check `email.ses.region`, `email.ses.configuration_set` and `email.sender.email`",
    ),
    ses_row(
        "ses-api-sandbox",
        "ses-sandbox",
        "the account is in the sandbox, where only verified recipients get mail",
        _PRODUCTION,
        "or verify the recipient: `aws sesv2 create-email-identity --email-identity ADDRESS --region REGION`",
        "or test with SES's simulator: `kmconfig test --to simulator:success`",
    ),
    ses_row(
        "ses-api-too-many",
        "ses-too-many",
        "Amazon SES takes at most 50 recipients for one message",
        "shorten `email.test.recipients`, or test in parts with `--to`",
    ),
    ses_row(
        "ses-api-bad-request",
        "ses-bad-request",
        "Amazon SES cannot make sense of the request: an address or a name that it does not take",
        "check `email.sender.email`, the recipients and `email.ses.configuration_set`",
    ),
    ses_row(
        "ses-api-refused",
        "aws-refused",
        "AWS refuses with a code of its own",
        "look the code up: https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html",
        "search CloudTrail for the same minute",
    ),
)

SES_ROWS: Final = (*_ACCOUNT_ROWS, *_SENDER)
