"""What goes wrong on the way to SES: each is told apart, within its time, and no key is ever shown."""

from __future__ import annotations

import logging
import os
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from kmconfig.mail import time_limit
from kmconfig.mail.ses_faults import failed_by
from kmconfig.secrets.aws.faults import Asking
from tests.mail.ses.sending import KEY, KEY_ID, account, chain, row_of, send, verdicts
from tests.servers.ses import ACCOUNT_PATH, SEND_PATH

if TYPE_CHECKING:
    from kmconfig.mail.server import MailResult
    from kmconfig.mail.ses_account import SesAccount
    from tests.servers.ses import SesServer

UNVERIFIED = "Email address is not verified. The following identities failed the check in region EU-WEST-1: a@acme.test"
ASKING = Asking("ses", "eu-west-1", {})


def shown(result: MailResult) -> str:
    return repr(result)


@pytest.mark.parametrize(
    ("code", "message", "row"),
    [
        ("MessageRejected", UNVERIFIED, "ses-api-rejected-unverified"),
        ("MessageRejected", "Transaction failed: Illegal content", "ses-api-rejected"),
        ("MailFromDomainNotVerifiedException", "no MX", "ses-api-mail-from"),
        ("AccountSuspendedException", "gone", "ses-api-suspended"),
        ("SendingPausedException", "paused", "ses-api-paused"),
        ("LimitExceededException", "Too many", "ses-api-limit"),
        ("LimitExceededException", "Daily message quota exceeded.", "ses-api-daily-quota"),
        ("TooManyRequestsException", "Daily message quota exceeded.", "ses-api-daily-quota"),
        ("TooManyRequestsException", "Maximum sending rate exceeded.", "ses-api-throttled"),
        ("ThrottlingException", "Rate exceeded", "ses-api-throttled"),
        ("ConfigurationSetDoesNotExistException", "", "ses-api-configuration-set"),
        ("NotFoundException", "Configuration set <x> does not exist.", "ses-api-configuration-set"),
        ("NotFoundException", "nothing here", "ses-api-not-found"),
        ("BadRequestException", "Missing final '@domain'", "ses-api-bad-request"),
        ("AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: x", "ses-api-denied"),
        ("InternalFailure", "", "ses-api-fault"),
        ("SomethingNew", "secret words", "ses-api-refused"),
    ],
)
def test_what_sending_is_refused_with(ses: SesServer, code: str, message: str, row: str) -> None:
    ses.aws.refuse(SEND_PATH, code, message)
    result = send()
    assert row_of(result) == row
    assert verdicts(result)[-1] == ("accepted", False)
    assert result.diagnosis is not None
    assert code in result.diagnosis.symptom
    assert (message in result.diagnosis.symptom) == (code not in ("SomethingNew", "InternalFailure") or not message)
    assert [seen.ok for seen in result.recipients] == [False]


@pytest.mark.parametrize(
    ("code", "message", "row"),
    [
        (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            "ses-api-unknown-key",
        ),
        ("InvalidClientTokenId", "", "ses-api-unknown-key"),
        ("SignatureDoesNotMatch", f"The canonical string was {KEY}", "ses-api-signature"),
        ("InvalidSignatureException", "Signature expired: 20261122T000000Z is now earlier than x", "ses-api-clock"),
        ("ExpiredTokenException", "The security token included in the request is expired", "ses-api-expired"),
        ("RequestTimeTooSkewed", "", "ses-api-clock"),
        ("OptInRequired", "", "ses-api-not-subscribed"),
    ],
)
def test_what_the_login_is_refused_with(ses: SesServer, code: str, message: str, row: str) -> None:
    ses._first(ACCOUNT_PATH)
    ses.aws.refuse(ACCOUNT_PATH, code, message, status=403)
    result = send()
    assert row_of(result) == row
    assert verdicts(result) == [("resolve", True), ("auth", False)]
    assert KEY not in shown(result)
    assert not message or message not in shown(result)
    assert SEND_PATH not in ses.aws.operations


@pytest.mark.parametrize(("minutes", "words"), [(-90, "90 minutes behind"), (90, "90 minutes ahead of"), (1, None)])
@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "ExpiredTokenException"])
def test_a_wrong_clock_is_measured(code: str, minutes: int, words: str | None) -> None:
    theirs = format_datetime(datetime.now(UTC) - timedelta(minutes=minutes), usegmt=True)
    response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPHeaders": {"date": theirs}}}
    failed = failed_by(ClientError(response, "GetAccount"), ASKING, hide=str)
    assert (failed.kind == "aws-clock") == (words is not None)
    assert words is None or words in failed.text


# patience


@pytest.mark.parametrize("code", ["TooManyRequestsException", "ThrottlingException"])
def test_throttling_is_waited_out(ses: SesServer, waits: list[float], code: str) -> None:
    ses.aws.refuse(SEND_PATH, code, "Maximum sending rate exceeded.", status=429, times=2)
    assert send().ok
    assert waits == [0.5, 1.0]
    assert len(ses.sent) == 1


def test_throttling_without_an_end(ses: SesServer, waits: list[float]) -> None:
    ses.aws.refuse(SEND_PATH, "TooManyRequestsException", "Maximum sending rate exceeded.", status=429)
    result = send()
    assert row_of(result) == "ses-api-throttled"
    assert waits == [0.5, 1.0, 2.0]
    assert ses.sent == []


def test_no_wait_beyond_the_time_of_a_stage(ses: SesServer, waits: list[float]) -> None:
    ses.aws.refuse(SEND_PATH, "TooManyRequestsException", "Maximum sending rate exceeded.", status=429)
    assert not send(account(timeout=0.4)).ok
    assert waits == []


def test_a_fault_of_aws_is_asked_about_again_but_never_sent_twice(ses: SesServer, waits: list[float]) -> None:
    ses._first(ACCOUNT_PATH)
    ses.aws.refuse(ACCOUNT_PATH, "ServiceUnavailable", status=503, times=1)
    ses.account()
    ses.aws.refuse(SEND_PATH, "InternalFailure", status=500, times=1)
    result = send()
    assert row_of(result) == "ses-api-fault"
    assert ses.aws.operations.count(SEND_PATH) == 1


def test_a_used_up_quota_is_not_waited_for(ses: SesServer, waits: list[float]) -> None:
    ses.aws.refuse(SEND_PATH, "TooManyRequestsException", "Daily message quota exceeded.", status=429)
    assert not send().ok
    assert waits == []


# nothing is shown


@pytest.mark.parametrize(
    ("chosen", "canaries"),
    [(account(), (KEY, KEY_ID)), (chain(), ("canary-of-the-chain", "canary-session-token"))],
    ids=["static", "chain"],
)
def test_a_login_that_a_server_repeats_is_masked(
    ses: SesServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    chosen: SesAccount,
    canaries: tuple[str, ...],
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-of-the-chain")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "canary-session-token")
    caplog.set_level(logging.DEBUG)
    for name in ("boto3", "botocore", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=name)
    for code in ("BadRequestException", "MessageRejected", "AccessDeniedException", "SomethingNew"):
        ses.aws.refuse(SEND_PATH, code, f"you said {' '.join(canaries)}", times=1)
        result = send(chosen)
        assert not result.ok
        assert [word for word in canaries if word in shown(result) + caplog.text] == []


def test_hostile_words_stay_on_one_line(ses: SesServer) -> None:
    ses.aws.refuse(SEND_PATH, "MessageRejected", "a\r\nb\x1b[31m\u202e" + "x" * 5000)
    result = send()
    assert result.diagnosis is not None
    assert result.diagnosis.symptom.isprintable()
    assert len(result.diagnosis.symptom) < 600
    assert all(seen.text.isprintable() for seen in result.recipients)


def test_levels_of_loggers_come_back(ses: SesServer) -> None:
    logger = logging.getLogger("botocore.credentials")
    before = logger.level
    assert send().ok
    assert logger.level == before


def test_work_has_a_limit_and_its_errors_come_through() -> None:
    assert time_limit.within(5, os.getpid) == os.getpid()
    with pytest.raises(ZeroDivisionError):
        time_limit.within(5, lambda: 1 // 0)
    with pytest.raises(TimeoutError):
        time_limit.within(0.01, lambda: time.sleep(0.2))
