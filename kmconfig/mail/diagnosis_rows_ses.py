"""Diagnosis rows for Amazon SES over its API (facts of 2026-11).

What AWS named is already told apart when a row is looked for, so each row is of one kind of failure.
"""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row

_ACCOUNT: Final = "see the account: `aws sesv2 get-account`"
_WHO: Final = "see whose keys they are: `aws sts get-caller-identity`"
_LINE_BREAKS: Final = "check the stored keys for blanks, quotes or line breaks at their ends"
_CLOCK: Final = "set the clock: `timedatectl set-ntp true`"
_REPUTATION: Final = "https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html"
_PRODUCTION: Final = (
    "to write to anybody, request production access: SES console > Account dashboard > Request production access"
)


def _row(
    key: str,
    kind: str,
    cause: str,
    *remedies: str,
    pattern: str = ".",
    stages: tuple[str, ...] = (),
    temporary: bool = False,
) -> Row:
    return Row(
        key=key, kinds=(kind,), pattern=pattern, stages=stages, cause=cause, remedies=remedies, temporary=temporary
    )


_REACH: Final = (
    _row(
        "ses-api-verdict-unknown",
        "aws-timeout",
        "Amazon SES took the message's bytes and did not answer in time: it may have been sent, or not",
        "look for the message in the recipient's mailbox before sending again",
        "allow more time: `kmconfig test --timeout 60s`",
        stages=("accepted",),
        temporary=True,
    ),
    _row(
        "ses-api-timeout",
        "aws-timeout",
        "nothing answered in time: a firewall without a way out to port 443, a proxy that is needed and not set, or "
        "keys that are fetched from something that hangs",
        "see whether `curl -v https://{host}` connects; set `HTTPS_PROXY` where a proxy is the only way out",
        "in a private network, add a VPC endpoint for `email` or a NAT gateway",
        temporary=True,
    ),
    _row(
        "ses-api-no-endpoint",
        "aws-no-endpoint",
        "there is no host of this name: Amazon SES is not offered in the region, or its name is misspelt, or this "
        "machine's name lookup does not work",
        "correct `email.ses.region`: https://docs.aws.amazon.com/general/latest/gr/ses.html lists the regions",
        "check `AWS_ENDPOINT_URL` if it is set, and the resolver: `getent hosts {host}`",
    ),
    _row(
        "ses-api-unreachable",
        "aws-unreachable",
        "the API could not be reached, or hung up",
        "see whether `curl -v https://{host}` connects; set `HTTPS_PROXY` where a proxy is the only way out",
        "check `AWS_ENDPOINT_URL` if it is set",
        temporary=True,
    ),
    _row(
        "ses-api-proxy",
        "aws-proxy",
        "the proxy cannot be reached or refuses",
        "check `HTTPS_PROXY` and `NO_PROXY`",
        temporary=True,
    ),
    _row(
        "ses-api-tls",
        "aws-tls",
        "the API's certificate could not be verified: usually a firewall that opens TLS, whose authority is not known",
        "name its authority's file in `AWS_CA_BUNDLE`; never switch verification off",
        "see the certificate: `openssl s_client -connect {host}:{port} -servername {host}`",
    ),
    _row(
        "ses-api-nonsense",
        "aws-nonsense",
        "what answers is not SES: a captive portal, a proxy, or another server behind `AWS_ENDPOINT_URL`",
        "see what answers: `curl -v https://{host}/v2/email/account`",
        "unset `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_SESV2`, or correct them",
    ),
    _row(
        "ses-api-region",
        "aws-region",
        "the region's name is none that AWS could have",
        "correct `email.ses.region`, for example to `eu-west-1`",
    ),
)

_LOGIN: Final = (
    _row(
        "ses-api-half-key",
        "aws-half-key",
        "only half of the access key is set",
        "set both `email.ses.access_key_id` and `email.ses.secret_access_key`, or neither for the credential chain",
    ),
    _row(
        "ses-api-no-credentials",
        "aws-no-credentials",
        "the settings hold no keys, and AWS's credential chain finds none here",
        "give this machine, container or job a role, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`",
        "or set `email.ses.access_key_id` and `email.ses.secret_access_key`",
    ),
    _row(
        "ses-api-credentials-unavailable",
        "aws-credentials-unavailable",
        "AWS's credential chain found where the keys should come from, and got none: an ended single sign-on, a "
        "credential process that fails, a token file that cannot be read",
        "see what the chain says: `aws sts get-caller-identity`",
        "sign in again: `aws sso login`",
    ),
    _row(
        "ses-api-configuration",
        "aws-configuration",
        "AWS's own configuration files cannot be used, or do not have the profile",
        "check `AWS_PROFILE`, `~/.aws/config` and `~/.aws/credentials`: `aws configure list`",
    ),
    _row(
        "ses-api-role",
        "aws-role",
        "the role that the keys lead to could not be assumed",
        "check the role's trust policy, and that the caller may `sts:AssumeRole`",
        _WHO,
    ),
    _row(
        "ses-api-unknown-key",
        "aws-unknown-key",
        "AWS does not know this access key: deleted, inactive, mistyped, of another partition (China, GovCloud), or "
        "temporary without its session token",
        "see whether it is active: `aws iam list-access-keys --user-name USER`; make a new one and store it",
        _LINE_BREAKS,
        "keys that begin with `ASIA` are temporary: leave both keys out, so that the credential chain renews them",
    ),
    _row(
        "ses-api-signature",
        "aws-signature",
        "the secret key does not belong to the access key id, or is damaged; an SMTP password is not a secret key",
        "store the secret key again as AWS showed it, or make a new access key",
        _LINE_BREAKS,
        _CLOCK,
    ),
    _row(
        "ses-api-expired",
        "aws-expired",
        "the temporary keys have expired",
        "get new ones (`aws sso login`, or start the job again), or let a role renew them",
        _CLOCK,
    ),
    _row(
        "ses-api-clock",
        "aws-clock",
        "AWS takes signatures of the last five minutes only, and this machine's clock is further off",
        _CLOCK,
        "compare: `date -u` and `curl -sI https://{host} | grep -i date`",
    ),
    _row(
        "ses-api-denied",
        "aws-denied",
        "the login is good, and its policy does not let it do this",
        "grant `ses:SendEmail` and `ses:SendRawEmail` on the identity (and on the configuration set) to the user or "
        "role that AWS names: https://console.aws.amazon.com/iam/",
        _WHO,
        "look for a deny in an identity policy, a permissions boundary or a service control policy",
    ),
    _row(
        "ses-api-not-subscribed",
        "aws-not-subscribed",
        "the account has not opened Amazon SES, or has not switched this region on",
        "open the SES console in this region; opt-in regions: Account > AWS Regions > Enable",
        "or correct `email.ses.region`",
    ),
)

_ACCOUNT_ROWS: Final = (
    _row(
        "ses-api-suspended",
        "ses-suspended",
        "AWS has suspended the account for good, after bounces, complaints or a breach",
        f"answer AWS's message in the Support Center; see {_REPUTATION}",
        "send through another provider meanwhile",
    ),
    _row(
        "ses-api-paused",
        "ses-paused",
        "sending is paused for the whole account in this region: by AWS after bounces or complaints, or by the account "
        "itself",
        _ACCOUNT,
        "if you paused it: `aws sesv2 put-account-sending-attributes --sending-enabled`",
        f"if AWS did: find and stop the cause, then answer in the Support Center; see {_REPUTATION}",
    ),
    _row(
        "ses-api-set-paused",
        "ses-set-paused",
        "sending with this configuration set is switched off",
        "switch it on: `aws sesv2 put-configuration-set-sending-options --configuration-set-name NAME "
        "--sending-enabled`",
        "or name another one in `email.ses.configuration_set`",
    ),
    _row(
        "ses-api-daily-quota",
        "ses-daily-quota",
        "the account's quota of 24 hours is used up (200 in the sandbox)",
        "see it: `aws sesv2 get-account --query SendQuota`",
        "request more: SES console > Account dashboard > Request increase",
        temporary=True,
    ),
    _row(
        "ses-api-throttled",
        "aws-throttled",
        "more messages or questions in a second than Amazon SES allows this account, also when asked again more slowly",
        "slow the queue workers down; see the rate: `aws sesv2 get-account --query SendQuota.MaxSendRate`",
        "request more: SES console > Account dashboard > Request increase",
        temporary=True,
    ),
    _row(
        "ses-api-limit",
        "ses-limit",
        "the account has reached one of its limits in Amazon SES",
        "see the quotas: `aws service-quotas list-service-quotas --service-code ses`",
        _ACCOUNT,
        temporary=True,
    ),
    _row(
        "ses-api-fault",
        "aws-fault",
        "AWS has a fault of its own",
        "try again in a few minutes; see https://health.aws.amazon.com/",
        temporary=True,
    ),
)

_SENDER: Final = (
    _row(
        "ses-api-unverified",
        "ses-unverified",
        "Amazon SES sends only from verified identities, and in this region none covers the sender's address",
        "verify its domain there: `aws sesv2 create-email-identity --email-identity DOMAIN --region REGION`, then "
        "publish the three CNAME records it names",
        "or correct `email.ses.region` to the region where it is verified, or `email.sender.email`",
    ),
    _row(
        "ses-api-rejected-unverified",
        "ses-rejected",
        "Amazon SES knows no verified identity in this region for the addresses it names; in the sandbox recipients "
        "need one too",
        "verify the sender's domain there: `aws sesv2 create-email-identity --email-identity DOMAIN --region REGION`",
        _PRODUCTION,
        "or correct `email.ses.region`; in the sandbox, test with `--to simulator:success`",
        pattern="not verified",
    ),
    _row(
        "ses-api-rejected",
        "ses-rejected",
        "Amazon SES does not take this message: its content, an attachment or a header",
        "send from the SES console with the same addresses; if that works, the message's content is the reason",
    ),
    _row(
        "ses-api-mail-from",
        "ses-mail-from",
        "the identity's custom MAIL FROM domain has no valid MX record, and the identity is set to reject mail then",
        "publish its MX (10 feedback-smtp.REGION.amazonses.com) and TXT (v=spf1 include:amazonses.com ~all) records",
        "or let SES fall back: `aws sesv2 put-email-identity-mail-from-attributes --behavior-on-mx-failure "
        "USE_DEFAULT_VALUE`",
    ),
    _row(
        "ses-api-configuration-set",
        "ses-configuration-set",
        "there is no configuration set of this name in this region",
        "list them: `aws sesv2 list-configuration-sets --region REGION`",
        "correct or remove `email.ses.configuration_set`",
    ),
    _row(
        "ses-api-not-found",
        "ses-not-found",
        "Amazon SES does not have in this region what was asked for: identity or configuration set",
        "check `email.ses.region`, `email.ses.configuration_set` and `email.sender.email`",
    ),
    _row(
        "ses-api-sandbox",
        "ses-sandbox",
        "the account is in the sandbox, where only verified recipients get mail",
        _PRODUCTION,
        "or verify the recipient: `aws sesv2 create-email-identity --email-identity ADDRESS --region REGION`",
        "or test with SES's simulator: `kmconfig test --to simulator:success`",
    ),
    _row(
        "ses-api-too-many",
        "ses-too-many",
        "Amazon SES takes at most 50 recipients for one message",
        "shorten `email.test.recipients`, or test in parts with `--to`",
    ),
    _row(
        "ses-api-bad-request",
        "ses-bad-request",
        "Amazon SES cannot make sense of the request: an address or a name that it does not take",
        "check `email.sender.email`, the recipients and `email.ses.configuration_set`",
    ),
    _row(
        "ses-api-refused",
        "aws-refused",
        "AWS refuses with a code of its own",
        "look the code up: https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html",
        "search CloudTrail for the same minute",
    ),
)

SES_ROWS: Final = (*_REACH, *_LOGIN, *_ACCOUNT_ROWS, *_SENDER)
