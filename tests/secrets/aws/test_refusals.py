"""AWS answers, with an error."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.secrets.aws.codes import CODES, Meaning
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import SecretProblem

if TYPE_CHECKING:
    from kmconfig.secrets.aws.store import AwsStore
    from tests.servers.aws import AwsServer

VALUE = "hunter2-hunter3"
SECRET = SecretRef("aws_secret", "km/smtp")
PARAMETER = SecretRef("ssm", "/km/smtp")
OPERATION = {SECRET: "GetSecretValue", PARAMETER: "GetParameter"}
OF_PARAMETERS = ("AccessDenied", "InvalidKeyId", "ParameterNotFound", "TooManyRequestsException", "ValidationException")
METADATA = {SECRET: "DescribeSecret", PARAMETER: "DescribeParameters"}


def problem(store: AwsStore, ref: SecretRef = SECRET) -> SecretProblem:
    answer = store.resolve((ref,))[ref]
    assert isinstance(answer, SecretProblem), answer
    assert VALUE not in repr(answer)
    assert answer.message.startswith(f"`{ref}` ")
    return answer


TABLE = [
    ("AccessDeniedException", "denied", "is not allowed"),
    ("AccessDenied", "denied", "is not allowed"),
    ("ResourceNotFoundException", "missing", "is not there"),
    ("ParameterNotFound", "missing", "is not there"),
    ("InvalidRequestException", "missing", "present state"),
    ("DecryptionFailure", "denied", "cannot be decrypted"),
    ("InvalidKeyId", "denied", "cannot be decrypted"),
    ("KMSInvalidStateException", "denied", "disabled or gone"),
    ("DisabledException", "denied", "disabled or gone"),
    ("ValidationException", "invalid", "no name, version or stage"),
    ("InvalidParameterException", "invalid", "no name, version or stage"),
    ("ExpiredTokenException", "unreachable", "have expired"),
    ("ExpiredToken", "unreachable", "have expired"),
    ("UnrecognizedClientException", "unreachable", "does not know the access key"),
    ("InvalidClientTokenId", "unreachable", "does not know the access key"),
    ("InvalidSignatureException", "unreachable", "signature"),
    ("RequestTimeTooSkewed", "unreachable", "signature"),
    ("ThrottlingException", "unreachable", "throttles"),
    ("TooManyRequestsException", "unreachable", "throttles"),
    ("InternalServiceError", "unreachable", "fault of its own"),
    ("ServiceUnavailableException", "unreachable", "fault of its own"),
    ("SomethingNewException", "unreachable", "`SomethingNewException`"),
]


@pytest.mark.parametrize(("code", "kind", "words"), TABLE)
def test_errors_by_code(aws: AwsServer, store: AwsStore, code: str, kind: str, words: str) -> None:
    ref = PARAMETER if code in OF_PARAMETERS else SECRET
    aws.refuse(OPERATION[ref], code, f"AWS repeats {VALUE}")
    aws.refuse("DescribeSecret", "AccessDeniedException")
    answer = problem(store, ref)
    assert answer.kind == kind
    assert words in answer.message
    assert answer.help


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_the_http_status_does_not_count(aws: AwsServer, store: AwsStore, status: int) -> None:
    aws.refuse("GetSecretValue", "AccessDeniedException", status=status)
    assert problem(store).kind == "denied"


@pytest.mark.parametrize("ref", [SECRET, PARAMETER], ids=["secret", "parameter"])
@pytest.mark.parametrize(("code", "kind"), [("ThrottlingException", "unreachable"), ("ValidationException", "invalid")])
def test_metadata_fails_likewise(aws: AwsServer, store: AwsStore, ref: SecretRef, code: str, kind: str) -> None:
    aws.refuse(METADATA[ref], code, VALUE)
    aws.refuse("GetParameterHistory", code, VALUE)
    answer = store.describe((ref,))[ref]
    assert isinstance(answer, SecretProblem)
    assert answer.kind == kind
    assert VALUE not in repr(answer)


def test_all_meanings_tell_what_to_do() -> None:
    meanings = [meaning for meaning in CODES.values() if isinstance(meaning, Meaning)]
    assert all(meaning.says and meaning.help for meaning in meanings)


# who may not do what

USER = "arn:aws:sts::123456789012:assumed-role/deploy/ci"
MAY_NOT = "is not authorized to perform: secretsmanager"
RESOURCE = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:km/smtp-AbCdEf"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            f"User: {USER} {MAY_NOT}:GetSecretValue on resource: {RESOURCE} because no policy allows the action",
            f"may not be read: `secretsmanager:GetSecretValue` is not allowed for {USER}",
        ),
        (
            f"User: {USER} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext",
            f"may not be read: `kms:Decrypt` is not allowed for {USER}",
        ),
        (
            f"User: {USER} {MAY_NOT}:GetSecretValue on resource: {RESOURCE} with an explicit deny in a policy",
            f"may not be read: `secretsmanager:GetSecretValue` is denied by a policy for {USER}",
        ),
        ("Access to KMS is not allowed", "may not be read: `kms:Decrypt` is not allowed"),
        (f"User: {VALUE} is not authorized to perform: {VALUE}", "may not be read: `secretsmanager:GetSecretValue`"),
        ("", "may not be read: `secretsmanager:GetSecretValue` is not allowed"),
    ],
)
def test_a_denial_names_the_permission_and_whose_it_is(
    aws: AwsServer, store: AwsStore, message: str, words: str
) -> None:
    aws.refuse("GetSecretValue", "AccessDeniedException", message)
    answer = problem(store)
    assert answer.kind == "denied"
    assert words in answer.message
    assert "because" not in answer.message


def test_a_denial_holds_for_one_secret_only(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("other", VALUE)
    aws.refuse("GetSecretValue", "AccessDeniedException", concerns=lambda asked: asked["SecretId"] == "km/smtp")
    problem(store)
    other = SecretRef("aws_secret", "other")
    assert isinstance(store.resolve((other,))[other], Secret)


def test_a_code_that_is_none_is_not_repeated(aws: AwsServer, store: AwsStore) -> None:
    aws.refuse("GetSecretValue", f"<b>{VALUE}</b>")
    assert "the answer is not AWS's" in problem(store).message


# throttling


def test_throttling_is_waited_out(aws: AwsServer, store: AwsStore, waits: list[float]) -> None:
    aws.put_secret("km/smtp", VALUE)
    aws.refuse("GetSecretValue", "ThrottlingException", times=2)
    assert isinstance(store.resolve((SECRET,))[SECRET], Secret)
    assert aws.operations == ["GetSecretValue"] * 3
    assert len(waits) == 2


def test_a_service_that_goes_on_throttling_is_left_alone(aws: AwsServer, store: AwsStore) -> None:
    aws.put_parameter("/km/smtp", VALUE)
    aws.refuse("BatchGetSecretValue", "ThrottlingException")
    refs = [SecretRef("aws_secret", f"km/{number}") for number in range(30)]
    answers = store.resolve(refs)
    assert {getattr(answer, "kind", None) for answer in answers.values()} == {"unreachable"}
    assert aws.operations == ["BatchGetSecretValue"] * 3
    assert isinstance(store.resolve((PARAMETER,))[PARAMETER], Secret)


# credentials that are no longer good


def test_with_expired_credentials_nothing_more_is_asked(aws: AwsServer, store: AwsStore) -> None:
    aws.refuse("GetSecretValue", "ExpiredTokenException")
    assert "have expired" in problem(store).message
    assert "have expired" in problem(store, PARAMETER).message
    assert aws.operations == ["GetSecretValue"]


def test_credentials_that_expire_in_the_middle(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", VALUE)
    assert isinstance(store.resolve((SECRET,))[SECRET], Secret)
    aws.refuse("*", "ExpiredTokenException")
    later = SecretRef("aws_secret", "km/later")
    assert problem(store, later).kind == "unreachable"
    assert isinstance(store.resolve((SECRET,))[SECRET], Secret)


# logs


def test_nothing_is_logged(aws: AwsServer, store: AwsStore, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    aws.put_secret("km/smtp", VALUE)
    aws.refuse("GetParameter", "AccessDeniedException", VALUE)
    store.resolve((SECRET, PARAMETER))
    store.describe((SECRET, PARAMETER))
    assert VALUE not in caplog.text
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
