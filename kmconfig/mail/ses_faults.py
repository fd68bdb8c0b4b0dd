"""What Amazon SES, the AWS services behind its login, and botocore complain of, as failures of a stage.

botocore's exceptions are never formatted: they repeat what they were given. SES's own sentences are quoted, those
about the login are not, because AWS repeats the signed request in them.
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from kmconfig.mail.failure import StageFailed, bounded
from kmconfig.secrets.aws.codes import EXPIRED, ROLE_OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kmconfig.secrets.aws.faults import Asking

DENIED: Final = "aws-denied"
THROTTLED: Final = "aws-throttled"
NOT_FOUND: Final = "ses-not-found"
NONSENSE: Final = "aws-nonsense"
TIMEOUT: Final = "aws-timeout"

#: May have another outcome the next time, and has had none so far.
PASSING: Final = frozenset({THROTTLED, "aws-fault", "aws-unreachable"})

_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,63}")
_LARGEST_SKEW: Final = 240.0
"""Seconds. AWS refuses five minutes."""

#: SES's own sentences are quoted.
_QUOTED: Final = {
    "MessageRejected": "ses-rejected",
    "MailFromDomainNotVerifiedException": "ses-mail-from",
    "MailFromDomainNotVerified": "ses-mail-from",
    "AccountSuspendedException": "ses-suspended",
    "AccountSendingPausedException": "ses-paused",
    "SendingPausedException": "ses-paused",
    "ConfigurationSetSendingPausedException": "ses-set-paused",
    "ConfigurationSetDoesNotExist": "ses-configuration-set",
    "ConfigurationSetDoesNotExistException": "ses-configuration-set",
    "LimitExceededException": "ses-limit",
    "NotFoundException": NOT_FOUND,
    "BadRequestException": "ses-bad-request",
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "NotAuthorized", "UnauthorizedOperation"), DENIED),
    **dict.fromkeys(
        (
            "RequestLimitExceeded",
            "RequestThrottled",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
        ),
        THROTTLED,
    ),
}

#: Of these only the code is shown, with words of our own.
_LOGIN: Final = {
    **dict.fromkeys(EXPIRED, ("aws-expired", "the credentials have expired")),
    **dict.fromkeys(
        ("UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "AuthFailure"),
        ("aws-unknown-key", "AWS does not know the access key"),
    ),
    **dict.fromkeys(
        (
            "IncompleteSignature",
            "IncompleteSignatureException",
            "InvalidSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "SignatureDoesNotMatch",
        ),
        ("aws-signature", "AWS does not accept the signature"),
    ),
    "RequestTimeTooSkewed": ("aws-clock", "this machine's clock is wrong"),
    **dict.fromkeys(
        ("OptInRequired", "SubscriptionRequiredException"),
        ("aws-not-subscribed", "the account may not use SES in this region"),
    ),
    **dict.fromkeys(
        (
            "InternalError",
            "InternalFailure",
            "InternalServerError",
            "InternalServiceError",
            "InternalServiceErrorException",
            "ServiceUnavailable",
            "ServiceUnavailableException",
        ),
        ("aws-fault", "AWS has a fault of its own"),
    ),
}


def failed_by(error: Exception, asking: Asking, *, hide: Callable[[str], str]) -> StageFailed:
    """What an exception of boto3 means. ``hide`` masks the login in a text."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - boto3 is loaded where it is used

    if isinstance(error, ClientError):
        return _refused(error, hide)
    return _no_answer(error, asking)


def _refused(error: Any, hide: Callable[[str], str]) -> StageFailed:
    """AWS answered with an error: told apart by its code, never by the HTTP status."""
    detail = error.response.get("Error")
    detail = detail if isinstance(detail, dict) else {}
    code, message = str(detail.get("Code", "")), str(detail.get("Message") or "")
    if not _CODE.fullmatch(code) or code.isdecimal():
        return StageFailed(NONSENSE, "the answer is not AWS's")
    if str(error.operation_name) in ROLE_OPERATIONS:
        return StageFailed("aws-role", f"{code}: the role could not be assumed", stage="auth")
    quoted = _QUOTED.get(code)
    if quoted is not None:
        return StageFailed(_by_words(quoted, message), bounded(hide(f"{code}: {message}" if message else code)))
    return _login_refused(code, message, error.response)


def _login_refused(code: str, message: str, response: dict[str, Any]) -> StageFailed:
    """Something is wrong with the login, or with AWS."""
    if code not in _LOGIN:
        return StageFailed("aws-refused", f"AWS answers `{code}`")
    kind, words = _LOGIN[code]
    if kind in ("aws-signature", "aws-expired"):
        skew = _skew(response)
        if skew is not None:
            return StageFailed("aws-clock", f"{code}: this machine's clock is {skew}", stage="auth")
        if re.search(r"Signature (expired|not yet current)", message):
            return StageFailed("aws-clock", f"{code}: the signature is not of this time", stage="auth")
    return StageFailed(kind, f"{code}: {words}", stage=None if kind == "aws-fault" else "auth")


def _by_words(kind: str, message: str) -> str:
    """SES has one code where it means several things."""
    text = message.lower()
    if kind in (THROTTLED, "ses-limit") and "daily" in text:
        return "ses-daily-quota"
    if kind == THROTTLED or (kind == "ses-limit" and "rate" in text):
        return THROTTLED
    if kind in (NOT_FOUND, "ses-bad-request") and "configuration set" in text:
        return "ses-configuration-set"
    return kind


def _skew(response: dict[str, Any]) -> str | None:
    """How far this clock is from AWS's, in words; None where that is not what is wrong."""
    from datetime import UTC, datetime  # noqa: PLC0415 - only where a login failed
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    headers = (response.get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
    try:
        theirs = parsedate_to_datetime(str(headers.get("date", "")))
    except ValueError:
        return None
    if theirs.tzinfo is None:
        return None
    ahead = (datetime.now(UTC) - theirs).total_seconds()
    if abs(ahead) < _LARGEST_SKEW:
        return None
    return f"{abs(ahead) / 60:.0f} minutes {'ahead of' if ahead > 0 else 'behind'} AWS's"


def _no_answer(error: Exception, asking: Asking) -> StageFailed:
    """There was no answer, or the question could not even be asked."""
    from kmconfig.secrets.aws.breakdowns import proxy_at_fault  # noqa: PLC0415 - as above
    from kmconfig.secrets.aws.faults import fault_of  # noqa: PLC0415 - as above

    words = fault_of(error, asking).says.removeprefix("cannot be read: ")
    if proxy_at_fault(error, asking.environ) is not None:
        return StageFailed("aws-proxy", words, stage="connect")
    for kinds, kind, stage in _no_answers():
        if isinstance(error, kinds):
            if kind == "aws-unreachable" and _unknown_name(error):
                return StageFailed("aws-no-endpoint", words, stage="resolve")
            return StageFailed(kind, words, stage=stage)
    return StageFailed(NONSENSE, words)


def _no_answers() -> Iterator[tuple[tuple[type[Exception], ...], str, str | None]]:
    """Exceptions, the kind of failure and the stage it is of; what is special stands before what is general."""
    from botocore import exceptions as botocore  # noqa: PLC0415 - as above

    yield (botocore.ConnectTimeoutError,), TIMEOUT, "connect"
    yield (botocore.ReadTimeoutError,), TIMEOUT, None
    yield (botocore.SSLError,), "aws-tls", "tls"
    yield (botocore.ProxyConnectionError, botocore.InvalidProxiesConfigError), "aws-proxy", "connect"
    yield (botocore.NoCredentialsError, botocore.PartialCredentialsError), "aws-no-credentials", "auth"
    yield (botocore.NoRegionError, botocore.InvalidRegionError, botocore.UnknownRegionError), "aws-region", "resolve"
    yield (
        (
            botocore.ConfigNotFound,
            botocore.ConfigParseError,
            botocore.InfiniteLoopConfigError,
            botocore.InvalidConfigError,
            botocore.ProfileNotFound,
            botocore.UnknownCredentialError,
        ),
        "aws-configuration",
        "auth",
    )
    yield (
        (
            botocore.CredentialRetrievalError,
            botocore.MetadataRetrievalError,
            botocore.SSOError,
            botocore.TokenRetrievalError,
            FileNotFoundError,
            IsADirectoryError,
            PermissionError,
            RuntimeError,
        ),
        "aws-credentials-unavailable",
        "auth",
    )
    yield (botocore.ParamValidationError,), "ses-bad-request", None
    yield (
        (botocore.ConnectionError, botocore.ConnectionClosedError, botocore.HTTPClientError, OSError),
        "aws-unreachable",
        "connect",
    )


def _unknown_name(error: BaseException) -> bool:
    """Whether the host's name leads nowhere; botocore keeps what it was told by the layers below."""
    import socket  # noqa: PLC0415 - as above

    details = getattr(error, "kwargs", None)
    waiting: list[Any] = [error, details.get("error") if isinstance(details, dict) else None]
    for _ in range(10):
        found = waiting.pop() if waiting else None
        if isinstance(found, socket.gaierror):
            return True
        if isinstance(found, BaseException):
            waiting += [found.__cause__, found.__context__]
    return False
