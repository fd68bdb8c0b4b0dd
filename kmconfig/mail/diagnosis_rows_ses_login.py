"""Diagnosis rows for the way to Amazon SES's API and for the login there (facts of 2026-11).

What AWS named is already told apart when a row is looked for, so each row is of one kind of failure.
"""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row

_WHO: Final = "see whose keys they are: `aws sts get-caller-identity`"
_LINE_BREAKS: Final = "check the stored keys for blanks, quotes or line breaks at their ends"
_CLOCK: Final = "set the clock: `timedatectl set-ntp true`"


def ses_row(
    key: str,
    kind: str,
    cause: str,
    *remedies: str,
    pattern: str = ".",
    stages: tuple[str, ...] = (),
    temporary: bool = False,
    uncertain: bool = False,
) -> Row:
    """A row of one kind of failure."""
    return Row(
        key=key,
        kinds=(kind,),
        pattern=pattern,
        stages=stages,
        cause=cause,
        remedies=remedies,
        temporary=temporary,
        uncertain=uncertain,
    )


_REACH: Final = (
    ses_row(
        "ses-api-verdict-unknown",
        "aws-timeout",
        "Amazon SES took the message's bytes and did not answer in time: it may have been sent, or not",
        "look for the message in the recipient's mailbox before sending again",
        "allow more time: `kmconfig test --timeout 60s`",
        stages=("accepted",),
        temporary=True,
        uncertain=True,
    ),
    ses_row(
        "ses-api-timeout",
        "aws-timeout",
        "nothing answered in time: a firewall without a way out to port 443, a proxy that is needed and not set, or "
        "keys that are fetched from something that hangs",
        "see whether `curl -v https://{host}:{port}` connects; set `HTTPS_PROXY` where a proxy is the only way out",
        "in a private network, add a VPC endpoint for `email` or a NAT gateway",
        temporary=True,
    ),
    ses_row(
        "ses-api-no-endpoint",
        "aws-no-endpoint",
        "there is no host of this name: Amazon SES is not offered in the region, or its name is misspelt, or this "
        "machine's name lookup does not work",
        "correct `email.ses.region`: https://docs.aws.amazon.com/general/latest/gr/ses.html lists the regions",
        "check `AWS_ENDPOINT_URL` if it is set, and the resolver: `getent hosts {host}`",
    ),
    ses_row(
        "ses-api-unreachable",
        "aws-unreachable",
        "the API could not be reached, or hung up",
        "see whether `curl -v https://{host}:{port}` connects; set `HTTPS_PROXY` where a proxy is the only way out",
        "check `AWS_ENDPOINT_URL` if it is set",
        temporary=True,
    ),
    ses_row(
        "ses-api-proxy",
        "aws-proxy",
        "the proxy cannot be reached or refuses",
        "check `HTTPS_PROXY` and `NO_PROXY`",
        temporary=True,
    ),
    ses_row(
        "ses-api-tls",
        "aws-tls",
        "the API's certificate could not be verified: usually a firewall that opens TLS, whose authority is not known",
        "name its authority's file in `AWS_CA_BUNDLE`; never switch verification off",
        "see the certificate: `openssl s_client -connect {host}:{port} -servername {host}`",
    ),
    ses_row(
        "ses-api-nonsense",
        "aws-nonsense",
        "what answers is not SES: a captive portal, a proxy, or another server behind `AWS_ENDPOINT_URL`",
        "see what answers: `curl -v https://{host}:{port}/v2/email/account`",
        "unset `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_SESV2`, or correct them",
    ),
    ses_row(
        "ses-api-region",
        "aws-region",
        "the region's name is none that AWS could have",
        "correct `email.ses.region`, for example to `eu-west-1`",
    ),
)

_LOGIN: Final = (
    ses_row(
        "ses-api-half-key",
        "aws-half-key",
        "only half of the access key is set",
        "set both `email.ses.access_key_id` and `email.ses.secret_access_key`, or neither for the credential chain",
    ),
    ses_row(
        "ses-api-no-credentials",
        "aws-no-credentials",
        "the settings hold no keys, and AWS's credential chain finds none here",
        "give this machine, container or job a role, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`",
        "or set `email.ses.access_key_id` and `email.ses.secret_access_key`",
    ),
    ses_row(
        "ses-api-credentials-unavailable",
        "aws-credentials-unavailable",
        "AWS's credential chain found where the keys should come from, and got none: an ended single sign-on, a "
        "credential process that fails, a token file that cannot be read",
        "see what the chain says: `aws sts get-caller-identity`",
        "sign in again: `aws sso login`",
    ),
    ses_row(
        "ses-api-configuration",
        "aws-configuration",
        "AWS's own configuration files cannot be used, or do not have the profile",
        "check `AWS_PROFILE`, `~/.aws/config` and `~/.aws/credentials`: `aws configure list`",
    ),
    ses_row(
        "ses-api-role",
        "aws-role",
        "the role that the keys lead to could not be assumed",
        "check the role's trust policy, and that the caller may `sts:AssumeRole`",
        _WHO,
    ),
    ses_row(
        "ses-api-unknown-key",
        "aws-unknown-key",
        "AWS does not know this access key: deleted, inactive, mistyped, of another partition (China, GovCloud), or "
        "temporary without its session token",
        "see whether it is active: `aws iam list-access-keys --user-name USER`; make a new one and store it",
        _LINE_BREAKS,
        "keys that begin with `ASIA` are temporary: leave both keys out, so that the credential chain renews them",
    ),
    ses_row(
        "ses-api-signature",
        "aws-signature",
        "the secret key does not belong to the access key id, or is damaged; an SMTP password is not a secret key",
        "store the secret key again as AWS showed it, or make a new access key",
        _LINE_BREAKS,
        _CLOCK,
    ),
    ses_row(
        "ses-api-expired",
        "aws-expired",
        "the temporary keys have expired",
        "get new ones (`aws sso login`, or start the job again), or let a role renew them",
        _CLOCK,
    ),
    ses_row(
        "ses-api-clock",
        "aws-clock",
        "AWS takes signatures of the last five minutes only, and this machine's clock is further off",
        _CLOCK,
        "compare: `date -u` and `curl -sI https://{host} | grep -i date`",
    ),
    ses_row(
        "ses-api-denied",
        "aws-denied",
        "the login is good, and its policy does not let it do this",
        "grant `ses:SendEmail` and `ses:SendRawEmail` on the identity (and on the configuration set) to the user or "
        "role that AWS names: https://console.aws.amazon.com/iam/",
        _WHO,
        "look for a deny in an identity policy, a permissions boundary or a service control policy",
    ),
    ses_row(
        "ses-api-not-subscribed",
        "aws-not-subscribed",
        "the account has not opened Amazon SES, or has not switched this region on",
        "open the SES console in this region; opt-in regions: Account > AWS Regions > Enable",
        "or correct `email.ses.region`",
    ),
)

SES_LOGIN_ROWS: Final = (*_REACH, *_LOGIN)
