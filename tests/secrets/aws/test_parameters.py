from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import Description, Metadata, SecretProblem

if TYPE_CHECKING:
    from kmconfig.secrets.aws.store import AwsStore
    from tests.servers.aws import AwsServer

VALUE = "hunter2-hunter3"
LONG_AGO = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
LATER = datetime(2026, 8, 14, tzinfo=UTC)


def parameter(name: str, version: str | int | None = None) -> SecretRef:
    return SecretRef("ssm", name, version=version)


def values(store: AwsStore, *refs: SecretRef) -> list[str]:
    answers = store.resolve(refs)
    return [answer.reveal() if isinstance(answer, Secret) else answer.message for answer in answers.values()]


def problem(store: AwsStore, ref: SecretRef) -> SecretProblem:
    answer = store.resolve((ref,))[ref]
    assert isinstance(answer, SecretProblem)
    assert VALUE not in repr(answer)
    return answer


def about(store: AwsStore, ref: SecretRef) -> Metadata:
    told = store.describe((ref,))[ref]
    assert VALUE not in repr(told)
    return told


# values


@pytest.mark.parametrize("kind", ["SecureString", "String"])
@pytest.mark.parametrize("text", [VALUE, " spaces ", "007", "a,b", "line\nline\n", "ключ"])
def test_a_parameter_is_taken_exactly(aws: AwsServer, store: AwsStore, kind: str, text: str) -> None:
    aws.put_parameter("/km/smtp", text, kind=kind)
    assert values(store, parameter("/km/smtp")) == [text]


def test_a_version_by_number_and_by_label(aws: AwsServer, store: AwsStore) -> None:
    aws.put_parameter("/km/smtp", "first")
    aws.put_parameter("/km/smtp", "second")
    aws.client("ssm").label_parameter_version(Name="/km/smtp", ParameterVersion=1, Labels=["good"])
    refs = (parameter("/km/smtp"), parameter("/km/smtp", 1), parameter("/km/smtp", "2"), parameter("/km/smtp", "good"))
    assert values(store, *refs) == ["second", "first", "second", "first"]


def test_a_batch_may_hold_pinned_versions_of_different_parameters(aws: AwsServer, store: AwsStore) -> None:
    for name in ("/a", "/b"):
        aws.put_parameter(name, f"first of {name}")
        aws.put_parameter(name, f"second of {name}")
    assert values(store, parameter("/a", 1), parameter("/b")) == ["first of /a", "second of /b"]
    assert aws.operations == ["GetParameters"]
    assert aws.asked[0].parameters["Names"] == ["/a:1", "/b"]


def test_several_parameters_come_in_batches_of_ten(aws: AwsServer, store: AwsStore) -> None:
    refs = [parameter(f"/km/{number}") for number in range(25)]
    for ref in refs:
        aws.put_parameter(ref.name, f"value of {ref.name}")
    assert values(store, *refs) == [f"value of {ref.name}" for ref in refs]
    assert values(store, *refs) == [f"value of {ref.name}" for ref in refs]
    assert [len(asked.parameters["Names"]) for asked in aws.asked] == [10, 10, 5]


def test_one_parameter_that_is_denied_does_not_spoil_its_batch(aws: AwsServer, store: AwsStore) -> None:
    for name in ("/a", "/b", "/c"):
        aws.put_parameter(name, VALUE)
    aws.refuse("GetParameters", "AccessDeniedException")
    aws.refuse("GetParameter", "AccessDeniedException", concerns=lambda asked: asked["Name"] == "/b")
    answers = store.resolve((parameter("/a"), parameter("/b"), parameter("/c")))
    assert [isinstance(answer, Secret) for answer in answers.values()] == [True, False, True]
    denied = answers[parameter("/b")]
    assert isinstance(denied, SecretProblem)
    assert denied.kind == "denied"
    assert "`ssm:GetParameter`" in denied.message


def test_both_services_are_one_store(aws: AwsServer, store: AwsStore) -> None:
    aws.put_parameter("/km/smtp", "from the parameter store")
    aws.put_secret("/km/smtp", "from the secrets manager")
    refs = (SecretRef("ssm", "/km/smtp"), SecretRef("aws_secret", "/km/smtp"))
    answers = store.resolve(refs)
    assert [answers[ref].reveal() for ref in refs] == [  # type: ignore[union-attr]
        "from the parameter store",
        "from the secrets manager",
    ]


# no value


def test_a_parameter_a_version_and_a_label_that_are_missing(aws: AwsServer, store: AwsStore) -> None:
    aws.put_parameter("/km/smtp", VALUE)
    missing = problem(store, parameter("/km/other"))
    assert (missing.kind, missing.message) == ("missing", "`ssm:/km/other` is not there")
    assert missing.help is not None
    assert "eu-west-1 was asked" in missing.help
    for pin in (9, "good"):
        answer = problem(store, parameter("/km/smtp", pin))
        assert (answer.kind, answer.message) == (
            "missing",
            f"`ssm:/km/smtp` is not there, or has no version or label {pin}",
        )


def test_missing_ones_are_told_apart_from_the_rest_of_their_batch(aws: AwsServer, store: AwsStore) -> None:
    aws.put_parameter("/a", VALUE)
    assert values(store, parameter("/a"), parameter("/b"), parameter("/a", 7)) == [
        VALUE,
        "`ssm:/b` is not there",
        "`ssm:/a` is not there, or has no version or label 7",
    ]


def test_a_list_is_no_secret(aws: AwsServer, store: AwsStore) -> None:
    aws.put_parameter("/km/list", f"a,{VALUE}", kind="StringList")
    assert problem(store, parameter("/km/list")).kind == "invalid"


def test_an_answer_without_a_value(aws: AwsServer, store: AwsStore) -> None:
    aws.garble("GetParameter", b'{"Parameter": {"Name": "/a", "Type": "String"}}')
    assert problem(store, parameter("/a")).message == "`ssm:/a` holds no value"


# metadata


def questions(aws: AwsServer) -> list[int]:
    """How many names each question held; further pages of the answers do not count: moto's are smaller than AWS's."""
    assert set(aws.operations) == {"DescribeParameters"}
    first = [asked.parameters for asked in aws.asked if "NextToken" not in asked.parameters]
    return [len(parameters["ParameterFilters"][0]["Values"]) for parameters in first]


def test_current_versions_cost_one_question(aws: AwsServer, store: AwsStore) -> None:
    refs = [parameter(f"/km/{number}") for number in range(12)]
    for ref in refs:
        aws.put_parameter(ref.name, "old", created=LONG_AGO)
        aws.put_parameter(ref.name, VALUE, created=LATER)
    assert store.describe(refs) == {ref: Description(ref=ref, version="2", created=LATER) for ref in refs}
    store.describe(refs)
    assert questions(aws) == [12]


def test_more_than_fifty_are_asked_for_in_parts(aws: AwsServer, store: AwsStore) -> None:
    refs = [parameter(f"/km/{number}") for number in range(60)]
    for ref in refs:
        aws.put_parameter(ref.name, VALUE)
    assert all(isinstance(told, Description) for told in store.describe(refs).values())
    assert questions(aws) == [50, 10]


def test_a_pinned_version_by_its_history(aws: AwsServer, store: AwsStore) -> None:
    aws.put_parameter("/km/smtp", VALUE, created=LONG_AGO)
    aws.put_parameter("/km/smtp", "new", created=LATER)
    aws.client("ssm").label_parameter_version(Name="/km/smtp", ParameterVersion=1, Labels=["good"])
    for pin in (1, "1", "good"):
        ref = parameter("/km/smtp", pin)
        assert about(store, ref) == Description(ref=ref, version="1", created=LONG_AGO)
    assert {asked.parameters["WithDecryption"] for asked in aws.asked} == {False}
    missing = about(store, parameter("/km/smtp", "bad"))
    assert isinstance(missing, SecretProblem)
    assert missing.message == "`ssm:/km/smtp` is not there, or has no version or label bad"


def test_history_comes_in_pages(aws: AwsServer, store: AwsStore) -> None:
    for _ in range(60):
        aws.put_parameter("/km/smtp", VALUE)
    aws.put_parameter("/km/smtp", VALUE, created=LATER)
    told = about(store, parameter("/km/smtp", 61))
    assert isinstance(told, Description)
    assert told.created == LATER
    assert aws.operations == ["GetParameterHistory", "GetParameterHistory"]


def test_history_serves_where_listing_is_denied(aws: AwsServer, store: AwsStore) -> None:
    aws.put_parameter("/km/smtp", "old", created=LONG_AGO)
    aws.put_parameter("/km/smtp", VALUE, created=LATER)
    aws.refuse("DescribeParameters", "AccessDeniedException")
    ref = parameter("/km/smtp")
    assert about(store, ref) == Description(ref=ref, version="2", created=LATER)
    missing = about(store, parameter("/km/other"))
    assert isinstance(missing, SecretProblem)
    assert missing.kind == "missing"


def test_without_any_permission_for_metadata(aws: AwsServer, store: AwsStore) -> None:
    aws.refuse("DescribeParameters", "AccessDeniedException")
    aws.refuse("GetParameterHistory", "AccessDeniedException")
    denied = about(store, parameter("/km/smtp"))
    assert isinstance(denied, SecretProblem)
    assert denied.kind == "denied"
    assert "`ssm:DescribeParameters`" in denied.message


def test_describing_needs_no_permission_for_values(aws: AwsServer, store: AwsStore) -> None:
    aws.put_parameter("/km/smtp", VALUE)
    for operation in ("GetParameter", "GetParameters"):
        aws.refuse(operation, "AccessDeniedException")
    assert isinstance(about(store, parameter("/km/smtp")), Description)
    assert isinstance(about(store, parameter("/km/smtp", 1)), Description)


def test_a_missing_parameter(aws: AwsServer, store: AwsStore) -> None:
    missing = about(store, parameter("/km/other"))
    assert isinstance(missing, SecretProblem)
    assert (missing.kind, missing.message) == ("missing", "`ssm:/km/other` is not there")


def test_a_plain_string_is_said_to_be_one(aws: AwsServer, store: AwsStore) -> None:
    aws.put_parameter("/km/smtp", VALUE, kind="String")
    told = about(store, parameter("/km/smtp"))
    assert isinstance(told, Description)
    assert told.detail == "a plain String, not encrypted"


def test_a_reference_to_the_secrets_manager_has_no_age(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km", VALUE)
    ref = parameter("/aws/reference/secretsmanager/km")
    assert values(store, ref) == [VALUE]
    told = about(store, ref)
    assert isinstance(told, Description)
    assert (told.version, told.created) == (None, None)
    assert "`aws_secret`" in told.detail


def test_times_and_records_that_are_not_aws_s(aws: AwsServer, store: AwsStore) -> None:
    body = json.dumps({"Parameters": [None, {"Name": "/a", "Version": 7}]}).encode()
    aws.garble("DescribeParameters", body)
    ref = parameter("/a")
    assert about(store, ref) == Description(ref=ref, version="7")
