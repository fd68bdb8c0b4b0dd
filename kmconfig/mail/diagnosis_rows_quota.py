"""Diagnosis rows for quotas and rates."""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row

QUOTA_ROWS: Final = (
    Row(
        key="gmail-daily-limit",
        pattern=r"daily user sending (limit|quota) exceeded|daily sending quota exceeded|5\.4\.5\b",
        cause="the Google account has sent its messages for today (500 for Gmail, 2,000 for Workspace)",
        remedies=(
            "wait 24 hours; the limits stand at https://support.google.com/a/answer/166852",
            "send through a transactional provider",
        ),
        temporary=True,
    ),
    Row(
        key="workspace-relay-limit",
        pattern=r"daily smtp relay limit|smtp relay.*limit exceeded|4\.2\.1 peak|peak smtp relay",
        cause="the Workspace relay's limit is reached (10,000 recipients a day for each user)",
        remedies=(
            "wait, and spread the sending; see https://support.google.com/a/answer/2956491",
            "send through a transactional provider",
        ),
        temporary=True,
    ),
    Row(
        key="gmail-relay-guard",
        pattern=r"try again later, closing connection",
        cause="Google holds this machine off for its rate, or for the name it greets with",
        remedies=(
            "set `email.smtp.ehlo_domain` to a full domain name of your own",
            "slow down: fewer connections, each for more messages",
        ),
        temporary=True,
    ),
    Row(
        key="m365-connections",
        pattern=r"sender thread limit exceeded|STOREDRV\.ClientSubmit",
        cause="more than three connections at once for this mailbox",
        remedies=("let one queue worker send mail: `php artisan queue:work --queue=mail` once",),
        temporary=True,
    ),
    Row(
        key="m365-daily-quota",
        pattern=r"SubmissionQuotaExceeded",
        cause="the mailbox has reached its 10,000 recipients of the day",
        remedies=("wait 24 hours", "split the sending over mailboxes, or use a transactional provider"),
        temporary=True,
    ),
    Row(
        key="ses-daily-quota",
        pattern=r"daily message quota exceeded",
        cause="the account's SES quota of 24 hours is used up (200 in the sandbox)",
        remedies=(
            "see it: `aws sesv2 get-account --query SendQuota`",
            "request more: SES console > Account dashboard > Request increase",
        ),
        temporary=True,
    ),
    Row(
        key="ses-rate",
        pattern=r"maximum sending rate exceeded|454 throttling failure",
        cause="more messages in a second than SES allows this account (1 in the sandbox)",
        remedies=(
            "throttle the queue workers",
            "see the rate: `aws sesv2 get-account --query SendQuota.MaxSendRate`, and request an increase",
        ),
        temporary=True,
    ),
    Row(
        key="ses-connections",
        pattern=r"too many concurrent SMTP connections",
        cause="more connections to SES at once than it allows",
        remedies=("run fewer queue workers, or send several messages over one connection",),
        temporary=True,
    ),
    Row(
        key="rate-limited",
        pattern=r"rate limit|too many (connections|messages|requests|login|auth)|throttl",
        cause="more mail, connections or logins in a short time than the server allows",
        remedies=("wait 15 minutes and try again", "run fewer queue workers"),
        temporary=True,
    ),
)
