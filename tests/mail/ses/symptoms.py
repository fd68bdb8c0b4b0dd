"""What fails on the way to Amazon SES, and the row of the diagnosis table that it leads to."""

from __future__ import annotations

from kmconfig.mail.diagnosis import Failure

HOST = "email.eu-west-1.amazonaws.com"


def _seen(stage: str, kind: str, text: str) -> Failure:
    return Failure(stage=stage, kind=kind, text=text, host=HOST, port=443)


SES_API = [
    ("ses-api-verdict-unknown", _seen("accepted", "aws-timeout", "no complete answer within 30 s")),
    ("ses-api-timeout", _seen("auth", "aws-timeout", "no complete answer within 30 s")),
    ("ses-api-timeout", _seen("connect", "aws-timeout", f"{HOST} did not answer in time")),
    ("ses-api-no-endpoint", _seen("resolve", "aws-no-endpoint", f"{HOST} cannot be reached")),
    ("ses-api-unreachable", _seen("connect", "aws-unreachable", f"{HOST} cannot be reached")),
    ("ses-api-proxy", _seen("connect", "aws-proxy", "the proxy cannot be reached")),
    ("ses-api-tls", _seen("tls", "aws-tls", f"the TLS certificate of {HOST} could not be verified, or TLS failed")),
    ("ses-api-nonsense", _seen("auth", "aws-nonsense", "the answer is not AWS's")),
    ("ses-api-region", _seen("resolve", "aws-region", "the AWS region is not one")),
    ("ses-api-half-key", _seen("auth", "aws-half-key", "an access key needs its id and its secret")),
    ("ses-api-no-credentials", _seen("auth", "aws-no-credentials", "no AWS credentials were found")),
    (
        "ses-api-credentials-unavailable",
        _seen("auth", "aws-credentials-unavailable", "the single sign-on session has ended"),
    ),
    ("ses-api-configuration", _seen("auth", "aws-configuration", "the AWS profile does not exist")),
    ("ses-api-role", _seen("auth", "aws-role", "AccessDenied: the role could not be assumed")),
    (
        "ses-api-unknown-key",
        _seen("auth", "aws-unknown-key", "InvalidClientTokenId: AWS does not know the access key"),
    ),
    (
        "ses-api-signature",
        _seen("auth", "aws-signature", "SignatureDoesNotMatch: AWS does not accept the signature"),
    ),
    ("ses-api-expired", _seen("auth", "aws-expired", "ExpiredTokenException: the credentials have expired")),
    (
        "ses-api-clock",
        _seen("auth", "aws-clock", "SignatureDoesNotMatch: this machine's clock is 90 minutes behind AWS's"),
    ),
    (
        "ses-api-denied",
        _seen(
            "accepted",
            "aws-denied",
            "AccessDeniedException: User: arn:aws:iam::123456789012:user/mail is not authorized to perform: "
            "ses:SendEmail on resource: arn:aws:ses:eu-west-1:123456789012:identity/acme.example",
        ),
    ),
    (
        "ses-api-denied",
        _seen("accepted", "aws-denied", "AccessDenied: User `x' is not authorized to perform `ses:SendRawEmail'"),
    ),
    (
        "ses-api-not-subscribed",
        _seen("auth", "aws-not-subscribed", "OptInRequired: the account may not use SES in this region"),
    ),
    ("ses-api-suspended", _seen("accepted", "ses-suspended", "AccountSuspendedException: no more")),
    ("ses-api-paused", _seen("sender", "ses-paused", "the account's sending is paused")),
    (
        "ses-api-set-paused",
        _seen("sender", "ses-set-paused", "sending with the configuration set `x` is switched off"),
    ),
    (
        "ses-api-daily-quota",
        _seen("accepted", "ses-daily-quota", "LimitExceededException: Daily message quota exceeded."),
    ),
    (
        "ses-api-throttled",
        _seen("accepted", "aws-throttled", "TooManyRequestsException: Maximum sending rate exceeded."),
    ),
    ("ses-api-throttled", _seen("auth", "aws-throttled", "ThrottlingException: Rate exceeded")),
    ("ses-api-limit", _seen("accepted", "ses-limit", "LimitExceededException: Too many instances")),
    ("ses-api-fault", _seen("accepted", "aws-fault", "InternalFailure: AWS has a fault of its own")),
    ("ses-api-unverified", _seen("sender", "ses-unverified", "there is no identity acme.example")),
    (
        "ses-api-rejected-unverified",
        _seen("accepted", "ses-rejected", "MessageRejected: Email address is not verified. The following identities x"),
    ),
    ("ses-api-rejected", _seen("accepted", "ses-rejected", "MessageRejected: Illegal content")),
    ("ses-api-mail-from", _seen("accepted", "ses-mail-from", "MailFromDomainNotVerifiedException: x")),
    (
        "ses-api-configuration-set",
        _seen("accepted", "ses-configuration-set", "NotFoundException: Configuration set <x> does not exist."),
    ),
    ("ses-api-not-found", _seen("accepted", "ses-not-found", "NotFoundException")),
    ("ses-api-sandbox", _seen("recipient", "ses-sandbox", "not verified in eu-west-1: a@acme.example")),
    ("ses-api-too-many", _seen("recipient", "ses-too-many", "51 recipients for one message")),
    ("ses-api-bad-request", _seen("accepted", "ses-bad-request", "BadRequestException: Missing final '@domain'")),
    ("ses-api-refused", _seen("accepted", "aws-refused", "AWS answers `SomethingNew`")),
]
