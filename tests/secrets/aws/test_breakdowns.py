"""AWS does not answer, or what answers is not AWS."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import botocore.exceptions
import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.secrets.aws.faults import Asking, fault_of
from kmconfig.secrets.aws.patience import Budget, OutOfPatienceError, Patience
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import SecretProblem
from tests.servers.authority import issue
from tests.servers.aws import ENVIRONMENT, run_aws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kmconfig.secrets.aws.store import AwsStore
    from tests.servers.authority import Certificates
    from tests.servers.aws import AwsServer

VALUE = "hunter2-hunter3"
SECRET = SecretRef("aws_secret", "km/smtp")
PARAMETER = SecretRef("ssm", "/km/smtp")


def problem(store: AwsStore, ref: SecretRef = SECRET) -> SecretProblem:
    answer = store.resolve((ref,))[ref]
    assert isinstance(answer, SecretProblem), answer
    assert answer.kind == "unreachable"
    assert answer.help
    assert VALUE not in repr(answer)
    return answer


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_nobody_listens(
    aws: AwsServer, open_store: Callable[..., AwsStore], closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed_port}")
    store = open_store()
    answer = problem(store)
    assert answer.message == f"`{SECRET}` cannot be read: 127.0.0.1:{closed_port} cannot be reached"
    assert answer.help == "check `AWS_ENDPOINT_URL` and the network"
    described = store.describe((SECRET,))[SECRET]
    assert isinstance(described, SecretProblem)
    assert described.kind == "unreachable"


def test_a_password_in_the_endpoint_is_not_shown(
    aws: AwsServer, open_store: Callable[..., AwsStore], closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://me:{VALUE}@127.0.0.1:{closed_port}")
    assert VALUE not in repr(problem(open_store()))


def test_an_endpoint_that_is_no_address(
    aws: AwsServer, open_store: Callable[..., AwsStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"not an address {VALUE}")
    assert VALUE not in repr(problem(open_store()))


@pytest.mark.parametrize("proxy", ["http://[31m:9", f"socks5://me:{VALUE}@127.0.0.1:1", "http://", "http://h:x"])
def test_a_proxy_that_cannot_be_used_is_named(
    open_store: Callable[..., AwsStore], proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (*ENVIRONMENT.items(), ("HTTPS_PROXY", proxy)):
        monkeypatch.setenv(name, text)
    answer = problem(open_store())
    assert "the proxy in `HTTPS_PROXY` cannot be used" in answer.message
    assert "NO_PROXY" in (answer.help or "")


def test_silence_ends_in_a_timeout_and_the_service_is_not_asked_again(
    aws: AwsServer, open_store: Callable[..., AwsStore]
) -> None:
    aws.silence("GetSecretValue")
    store = open_store(patience=Patience(connect=0.2, read=0.1, total=5, attempts=2))
    assert "did not answer in time" in problem(store).message
    assert "did not answer in time" in problem(store, SecretRef("aws_secret", "km/other")).message
    assert aws.operations == ["GetSecretValue"] * 2


def test_one_attempt_may_be_lost(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    aws.put_secret("km/smtp", VALUE)
    aws.silence("GetSecretValue", times=1)
    store = open_store(patience=Patience(connect=0.2, read=0.3, total=5))
    assert isinstance(store.resolve((SECRET,))[SECRET], Secret)


def test_no_attempt_begins_that_could_end_too_late(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    aws.silence("GetSecretValue")
    store = open_store(patience=Patience(connect=0.2, read=0.2, total=0.3, attempts=3))
    assert "did not answer in time" in problem(store).message
    assert aws.operations == ["GetSecretValue"]


# questions that boto3 does not ask


def test_a_version_that_is_no_name(aws: AwsServer, store: AwsStore) -> None:
    ref = SecretRef("aws_secret", "km/smtp", version="")
    answer = store.resolve((ref,))[ref]
    assert isinstance(answer, SecretProblem)
    assert answer.kind == "invalid"
    assert aws.asked == []


def test_an_error_that_is_not_known_here_is_named() -> None:
    asking = Asking("ssm", "eu-west-1", {})
    fault = fault_of(botocore.exceptions.PaginationError(message=VALUE), asking)
    assert (fault.kind, fault.says) == ("unreachable", "cannot be read: boto3 gave up with `PaginationError`")
    assert "the answer is not AWS's" in fault_of(KeyError(VALUE), asking).says


# answers that are not AWS's


@pytest.mark.parametrize("ref", [SECRET, PARAMETER], ids=["secret", "parameter"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (f"<html>{VALUE}</html>", 200),
        (f"<html>{VALUE}</html>", 403),
        (f"<html>{VALUE}</html>", 404),
        (f"<html>{VALUE}</html>", 502),
        (f'["{VALUE}"]', 200),
        (f'{{"error": "{VALUE}"}}', 200),
        (f'"{VALUE}"', 403),
        ("", 503),
    ],
)
def test_something_else_answers(aws: AwsServer, store: AwsStore, ref: SecretRef, body: str, status: int) -> None:
    aws.garble("*", body.encode(), status=status)
    described = store.describe((ref,))[ref]
    assert isinstance(described, SecretProblem)
    assert described.kind == "unreachable"
    assert VALUE not in repr(described)
    assert "the answer is not AWS's" in problem(store, ref).message


def test_a_proxy_page_once_does_no_harm(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", VALUE)
    aws.garble("*", b"<html>", status=503, times=1)
    assert isinstance(store.resolve((SECRET,))[SECRET], Secret)


def test_metadata_that_is_no_metadata(aws: AwsServer, store: AwsStore) -> None:
    aws.garble("DescribeSecret", b'{"Name": "km/smtp", "VersionIdsToStages": 7, "DeletedDate": null}')
    aws.garble("ListSecretVersionIds", b'{"Versions": [7, {"VersionId": 7, "VersionStages": 7}]}')
    aws.garble("DescribeParameters", b'{"Parameters": {"a": 1}}')
    answers = store.describe((SECRET, PARAMETER))
    assert all(isinstance(answer, SecretProblem) for answer in answers.values())


# TLS


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("aws-tls"))


@pytest.fixture
def tls(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.chain, certificates.key)
    with run_aws(tls=context) as server:
        for name, value in (*ENVIRONMENT.items(), ("AWS_ENDPOINT_URL", server.url)):
            monkeypatch.setenv(name, value)
        yield server


def test_an_authority_that_nobody_knows(tls: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    answer = problem(open_store())
    assert "TLS" in answer.message
    assert answer.help == "name the authority's file in `AWS_CA_BUNDLE`"
    assert tls.asked == []


def test_an_authority_that_is_named(
    tls: AwsServer, open_store: Callable[..., AwsStore], certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificates.ca))
    tls.garble("GetSecretValue", b'{"Name": "km/smtp", "SecretString": "over TLS"}')
    answer = open_store().resolve((SECRET,))[SECRET]
    assert isinstance(answer, Secret)
    assert answer.reveal() == "over TLS"


def test_the_wrong_authority(
    tls: AwsServer, open_store: Callable[..., AwsStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(issue(tmp_path).ca))
    answer = problem(open_store())
    assert "TLS" in answer.message
    assert answer.help == "check that `AWS_CA_BUNDLE` holds the authority"


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_file_that_is_missing_or_no_such_file(
    tls: AwsServer,
    open_store: Callable[..., AwsStore],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: str | None,
) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    assert "`AWS_CA_BUNDLE`" in (problem(open_store()).help or "")


# the budget


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_good_answers_cost_nothing_and_lost_time_adds_up() -> None:
    clock = Clock()
    budget = Budget(Patience(read=10, total=30), clock=clock)
    for _ in range(100):
        budget.question()
        budget.attempt()
        clock.now += 5
        budget.answered()
    for _ in range(2):
        budget.question()
        budget.attempt()
        clock.now += 9
        budget.attempt()
        budget.answered()
    budget.question()
    budget.attempt()
    clock.now += 3
    budget.unanswered()
    budget.question()
    with pytest.raises(OutOfPatienceError):
        budget.attempt()
