"""Roles that are assumed before secrets are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import AwsSettings
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import SecretProblem
from tests.servers.aws import ENVIRONMENT, REGION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kmconfig.secrets.aws.store import AwsStore
    from tests.servers.aws import AwsServer

VALUE = "hunter2-hunter3"
ROLE = "arn:aws:iam::123456789012:role/kmconfig"
SECRET = SecretRef("aws_secret", "km/smtp")
OTHER = SecretRef("aws_secret", "km/other")


def problem(store: AwsStore, ref: SecretRef = SECRET) -> SecretProblem:
    answer = store.resolve((ref,))[ref]
    assert isinstance(answer, SecretProblem), answer
    return answer


def value(store: AwsStore, ref: SecretRef = SECRET) -> str:
    answer = store.resolve((ref,))[ref]
    assert isinstance(answer, Secret), answer
    return answer.reveal()


def test_a_role_is_assumed_once(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    aws.put_secret("km/smtp", VALUE)
    store = open_store(AwsSettings(region=REGION, role_arn=ROLE, external_id="acme-kmconfig"))
    assert value(store) == VALUE
    problem(store, OTHER)
    assumed, read = aws.asked[0], aws.asked[1]
    assert (assumed.operation, read.operation) == ("AssumeRole", "GetSecretValue")
    assert {name: assumed.parameters[name] for name in ("RoleArn", "ExternalId", "RoleSessionName")} == {
        "RoleArn": ROLE,
        "ExternalId": "acme-kmconfig",
        "RoleSessionName": "kmconfig",
    }
    assert assumed.access_key == ENVIRONMENT["AWS_ACCESS_KEY_ID"]
    assert read.access_key != assumed.access_key
    assert aws.operations.count("AssumeRole") == 1


def test_a_role_without_an_external_id(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    problem(open_store(AwsSettings(region=REGION, role_arn=ROLE)))
    assert "ExternalId" not in aws.asked[0].parameters


def test_a_role_that_may_not_be_assumed(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    user = "arn:aws:iam::123456789012:user/ci"
    aws.refuse(
        "AssumeRole", "AccessDenied", f"User: {user} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
    )
    store = open_store(AwsSettings(region=REGION, role_arn=ROLE, external_id="acme"))
    answer = problem(store)
    assert answer.kind == "denied"
    assert answer.message == f"`{SECRET}` cannot be read: `sts:AssumeRole` is not allowed for {user}"
    assert "`external_id`" in (answer.help or "")
    problem(store, SecretRef("ssm", "/km/smtp"))
    assert aws.operations == ["AssumeRole"]


def test_a_role_whose_credentials_expire_is_assumed_again(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    aws.put_secret("km/smtp", VALUE)
    aws.put_secret("km/other", "later")
    store = open_store(AwsSettings(region=REGION, role_arn=ROLE))
    assert value(store) == VALUE
    aws.refuse("GetSecretValue", "ExpiredTokenException", times=1)
    assert value(store, OTHER) == "later"
    assert aws.operations.count("AssumeRole") == 2


def test_a_role_whose_new_credentials_have_expired_too(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    aws.refuse("GetSecretValue", "ExpiredTokenException")
    assert "have expired" in problem(open_store(AwsSettings(region=REGION, role_arn=ROLE))).message
    assert aws.operations.count("AssumeRole") == 2


# web identity, as in GitHub Actions and Kubernetes


@pytest.fixture
def web_identity(without_credentials: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    token = tmp_path / "token"
    token.write_text(f"header.{VALUE}.signature")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("AWS_ROLE_ARN", ROLE)
    return token


@pytest.mark.usefixtures("web_identity")
def test_a_web_identity(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    aws.put_secret("km/smtp", "the value")
    store = open_store()
    assert value(store) == "the value"
    assert aws.operations == ["AssumeRoleWithWebIdentity", "GetSecretValue"]
    assert store.identity().endswith("credentials from a web identity token")
    assert VALUE not in store.identity()


@pytest.mark.usefixtures("web_identity")
@pytest.mark.parametrize(
    ("code", "kind"),
    [("AccessDenied", "denied"), ("InvalidIdentityToken", "unreachable"), ("ExpiredTokenException", "unreachable")],
)
def test_a_web_identity_that_is_refused(
    aws: AwsServer, open_store: Callable[..., AwsStore], caplog: pytest.LogCaptureFixture, code: str, kind: str
) -> None:
    aws.refuse("AssumeRoleWithWebIdentity", code, f"AWS repeats {VALUE}")
    answer = problem(open_store())
    assert answer.kind == kind
    assert VALUE not in repr(answer)
    assert caplog.records == []


def test_a_web_identity_without_its_token(web_identity: Path, open_store: Callable[..., AwsStore]) -> None:
    web_identity.unlink()
    assert "`AWS_WEB_IDENTITY_TOKEN_FILE`" in (problem(open_store()).help or "")
