"""AWS's error codes and what they mean for somebody who wants a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.secrets.store import ProblemKind

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
ROLE_OPERATIONS = frozenset({"AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})


class Meaning(NamedTuple):
    """What a code means: the kind of problem, words that follow the reference, a remedy, and what else it spoils."""

    kind: ProblemKind
    says: str
    help: str
    reach: Literal["secret", "service", "account"] = "secret"


Special: TypeAlias = Literal["denied", "absent"]

_ABSENT = ("ResourceNotFoundException", "ParameterNotFound")
_DENIED = (
    "AccessDenied",
    "AccessDeniedException",
    "NotAuthorized",
    "UnauthorizedOperation",
    "KMSAccessDeniedException",
)

MISNAMED = Meaning("invalid", "is no name, version or stage that AWS takes", "check it for misspellings")
"""Also what botocore itself refuses to ask."""

_MEANINGS = (
    (
        ("ParameterVersionNotFound",),
        Meaning("missing", "has no such version", "`aws ssm get-parameter-history` lists them"),
    ),
    (
        ("InvalidRequestException",),
        Meaning("missing", "cannot be read in its present state", "see whether it is to be deleted"),
    ),
    (
        ("DecryptionFailure", "DecryptionFailureException", "InvalidKeyId"),
        Meaning("denied", "cannot be decrypted with its KMS key", "see whether the key exists and may be used"),
    ),
    (
        ("DisabledException", "KMSDisabledException", "KMSInvalidStateException", "KMSNotFoundException"),
        Meaning("denied", "cannot be decrypted: its KMS key is disabled or gone", "enable the key again"),
    ),
    (
        ("ValidationException", "InvalidParameterException", "InvalidParameterValue", "UnsupportedParameterType"),
        MISNAMED,
    ),
    (
        ("ExpiredToken", "ExpiredTokenException", "RequestExpired"),
        Meaning("unreachable", "cannot be read: the AWS credentials have expired", "get new ones", "account"),
    ),
    (
        ("UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "AuthFailure"),
        Meaning(
            "unreachable",
            "cannot be read: AWS does not know the access key",
            "check the credentials, and that they belong to this partition of AWS",
            "account",
        ),
    ),
    (
        (
            "IncompleteSignature",
            "IncompleteSignatureException",
            "InvalidSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "RequestTimeTooSkewed",
            "SignatureDoesNotMatch",
        ),
        Meaning(
            "unreachable",
            "cannot be read: AWS does not accept the signature",
            "check the secret access key and this machine's clock",
            "account",
        ),
    ),
    (
        ("OptInRequired", "SubscriptionRequiredException"),
        Meaning("unreachable", "cannot be read: the account may not use this service", "enable it there", "service"),
    ),
    (
        (
            "BandwidthLimitExceeded",
            "LimitExceededException",
            "PriorRequestNotComplete",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
        ),
        Meaning(
            "unreachable",
            "cannot be read: AWS throttles, and went on doing so when asked again",
            "try again later, or ask AWS for a higher quota",
            "service",
        ),
    ),
    (
        (
            "InternalError",
            "InternalFailure",
            "InternalServerError",
            "InternalServiceError",
            "InternalServiceErrorException",
            "ServiceUnavailable",
            "ServiceUnavailableException",
        ),
        Meaning(
            "unreachable",
            "cannot be read: AWS has a fault of its own",
            "try again later",
            "service",
        ),
    ),
)


def _by_code() -> Iterator[tuple[str, Meaning | Special]]:
    for code in _DENIED:
        yield code, "denied"
    for code in _ABSENT:
        yield code, "absent"
    for codes, meaning in _MEANINGS:
        for code in codes:
            yield code, meaning


CODES: dict[str, Meaning | Special] = dict(_by_code())
"""By code, what it means. There is more to say of ``denied``, a missing permission, and of ``absent``."""
