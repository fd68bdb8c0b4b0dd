from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import SecretProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmconfig.secrets.aws.store import AwsStore
    from tests.servers.aws import AwsServer

VALUE = "hunter2-hunter3"
LONG_AGO = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
LATER = datetime(2026, 8, 14, tzinfo=UTC)


def secret(name: str, key: str | None = None, version: str | int | None = None) -> SecretRef:
    return SecretRef("aws_secret", name, key=key, version=version)


def value(store: AwsStore, ref: SecretRef) -> str:
    answer = store.resolve((ref,))[ref]
    assert isinstance(answer, Secret), answer
    assert answer.reference == str(ref)
    return answer.reveal()


def problem(store: AwsStore, ref: SecretRef) -> SecretProblem:
    answer = store.resolve((ref,))[ref]
    assert isinstance(answer, SecretProblem)
    assert answer.ref == ref
    assert VALUE not in repr(answer)
    return answer


# values


@pytest.mark.parametrize("text", [VALUE, " spaces ", "007", "null", "line\nline\n", "ключ", json.dumps({"a": VALUE})])
def test_a_whole_secret_is_taken_exactly(aws: AwsServer, store: AwsStore, text: str) -> None:
    aws.put_secret("km/smtp", text)
    assert value(store, secret("km/smtp")) == text


def test_one_key_of_a_json_secret(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", json.dumps({"user": "mailer", "password": VALUE}))
    assert value(store, secret("km/smtp", "password")) == VALUE


def test_many_keys_of_one_secret_cost_one_read(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", json.dumps({f"k{number}": f"v{number}" for number in range(20)}))
    refs = [secret("km/smtp", f"k{number}") for number in range(20)]
    answers = store.resolve(refs)
    assert [answers[ref].reveal() for ref in refs] == [f"v{number}" for number in range(20)]  # type: ignore[union-attr]
    store.resolve(refs)
    assert aws.operations == ["GetSecretValue"]


def test_the_store_is_not_asked_before_a_reference_is(aws: AwsServer, store: AwsStore) -> None:
    assert store.resolve(()) == {}
    assert store.describe(()) == {}
    assert aws.asked == []


def test_by_arn_and_by_partial_arn(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", VALUE)
    arn = aws.client("secretsmanager").describe_secret(SecretId="km/smtp")["ARN"]
    assert value(store, secret(arn)) == VALUE
    assert value(store, secret(arn[:-7])) == VALUE


def test_a_version_by_id_and_by_stage(aws: AwsServer, store: AwsStore) -> None:
    first = aws.put_secret("km/smtp", "old")
    second = aws.put_secret("km/smtp", "new")
    assert value(store, secret("km/smtp", version=first)) == "old"
    assert value(store, secret("km/smtp", version=second)) == "new"
    assert value(store, secret("km/smtp", version="AWSPREVIOUS")) == "old"
    selectors = [{name: text for name, text in asked.parameters.items() if name != "SecretId"} for asked in aws.asked]
    assert selectors == [{"VersionId": first}, {"VersionId": second}, {"VersionStage": "AWSPREVIOUS"}]


def test_a_number_is_the_name_of_a_stage(aws: AwsServer, store: AwsStore) -> None:
    version = aws.put_secret("km/smtp", VALUE)
    aws.client("secretsmanager").update_secret_version_stage(
        SecretId="km/smtp", VersionStage="3", MoveToVersionId=version
    )
    assert value(store, secret("km/smtp", version=3)) == VALUE


def test_pinning_the_current_stage_is_the_same_as_not_pinning(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", VALUE)
    refs = (secret("km/smtp"), secret("km/smtp", version="AWSCURRENT"))
    assert all(isinstance(answer, Secret) for answer in store.resolve(refs).values())
    assert aws.operations == ["GetSecretValue"]


# batches


def names_asked(aws: AwsServer, operation: str, parameter: str) -> list[int]:
    return [len(asked.parameters[parameter]) for asked in aws.asked if asked.operation == operation]


def test_several_secrets_come_in_batches_of_twenty(aws: AwsServer, store: AwsStore) -> None:
    refs = [secret(f"km/{number}") for number in range(45)]
    for ref in refs:
        aws.put_secret(ref.name, f"value of {ref.name}")
    answers = store.resolve(refs)
    assert [answers[ref].reveal() for ref in refs] == [f"value of {ref.name}" for ref in refs]  # type: ignore[union-attr]
    assert names_asked(aws, "BatchGetSecretValue", "SecretIdList") == [20, 20, 5]
    assert set(aws.operations) == {"BatchGetSecretValue"}


def test_pinned_versions_are_not_batched(aws: AwsServer, store: AwsStore) -> None:
    for name in ("a", "b", "c"):
        aws.put_secret(name, f"old {name}")
        aws.put_secret(name, f"new {name}")
    refs = (secret("a"), secret("b"), secret("a", version="AWSPREVIOUS"), secret("c", version="AWSPREVIOUS"))
    answers = store.resolve(refs)
    assert [answers[ref].reveal() for ref in refs] == ["new a", "new b", "old a", "old c"]  # type: ignore[union-attr]
    assert sorted(aws.operations) == ["BatchGetSecretValue", "GetSecretValue", "GetSecretValue"]


def test_a_batch_may_name_arns(aws: AwsServer, store: AwsStore) -> None:
    for name in ("a", "b"):
        aws.put_secret(name, name)
    arn = aws.client("secretsmanager").describe_secret(SecretId="a")["ARN"]
    refs = (secret(arn), secret("b"))
    assert [answer.reveal() for answer in store.resolve(refs).values()] == ["a", "b"]  # type: ignore[union-attr]
    assert aws.operations == ["BatchGetSecretValue"]


def test_without_the_permission_for_batches_each_is_read_alone(aws: AwsServer, store: AwsStore) -> None:
    refs = [secret(f"km/{number}") for number in range(25)]
    for ref in refs:
        aws.put_secret(ref.name, VALUE)
    aws.refuse("BatchGetSecretValue", "AccessDeniedException")
    assert all(isinstance(answer, Secret) for answer in store.resolve(refs).values())
    assert aws.operations.count("BatchGetSecretValue") == 1
    assert aws.operations.count("GetSecretValue") == 25


def test_what_a_batch_leaves_out_is_read_alone_and_explained(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("a", VALUE)
    aws.put_secret("gone", VALUE)
    aws.client("secretsmanager").delete_secret(SecretId="gone")
    there, deleted, missing = secret("a"), secret("gone"), secret("never")
    answers = store.resolve((there, deleted, missing))
    assert isinstance(answers[there], Secret)
    assert [getattr(answers[ref], "kind", None) for ref in (deleted, missing)] == ["missing", "missing"]
    assert "was deleted on" in answers[deleted].message  # type: ignore[union-attr]
    assert "is not there" in answers[missing].message  # type: ignore[union-attr]


# what is there but no secret


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        (json.dumps({"password": VALUE}), "pasword", ("missing", "has no key `pasword`")),
        (json.dumps({"password": 7}), "password", ("invalid", "is not a string")),
        (json.dumps({"password": None}), "password", ("invalid", "is not a string")),
        (json.dumps({"password": {"a": VALUE}}), "password", ("invalid", "is not a string")),
        (json.dumps({"password": ""}), "password", ("invalid", "empty")),
        (json.dumps({"password": "a\0b"}), "password", ("invalid", "NUL")),
        (json.dumps([VALUE]), "password", ("invalid", "no JSON object")),
        (VALUE, "password", ("invalid", "no JSON object")),
        ("[" * 100_000, "password", ("invalid", "no JSON object")),
    ],
)
def test_a_key_that_gives_no_secret(
    aws: AwsServer, store: AwsStore, text: str, key: str, expected: tuple[str, str]
) -> None:
    aws.put_secret("km/smtp", text)
    answer = problem(store, secret("km/smtp", key))
    assert answer.kind == expected[0]
    assert expected[1] in answer.message


def test_a_misspelt_key_is_guessed_and_others_are_not_listed(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", json.dumps({"password": VALUE, "user": VALUE}))
    assert problem(store, secret("km/smtp", "pasword")).help == "did you mean `password`?"
    assert problem(store, secret("km/smtp", "xyz")).help is None


def test_a_binary_secret(aws: AwsServer, store: AwsStore) -> None:
    aws.client("secretsmanager").create_secret(Name="km/key", SecretBinary=VALUE.encode())
    answer = problem(store, secret("km/key"))
    assert (answer.kind, answer.message) == ("invalid", "`aws_secret:km/key` is binary")


# what is not there


def test_a_stage_and_an_id_that_no_version_has(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", VALUE)
    staged = problem(store, secret("km/smtp", version="AWSPENDING"))
    assert (staged.kind, staged.message) == ("missing", "`aws_secret:km/smtp` has no version in the stage AWSPENDING")
    unknown = "0" * 32
    assert f"has no version with the id {unknown}" in problem(store, secret("km/smtp", version=unknown)).message


def test_a_secret_without_a_current_value(aws: AwsServer, store: AwsStore) -> None:
    aws.client("secretsmanager").create_secret(Name="km/empty")
    answer = problem(store, secret("km/empty"))
    assert (answer.kind, answer.help) == ("missing", "put a value into it")
    assert "no version in the stage AWSCURRENT" in answer.message
    described = store.describe((secret("km/empty"),))[secret("km/empty")]
    assert isinstance(described, SecretProblem)
    assert described.message == answer.message


def test_an_answer_without_a_value(aws: AwsServer, store: AwsStore) -> None:
    aws.garble("GetSecretValue", b'{"Name": "km/smtp"}', content_type="application/x-amz-json-1.1")
    assert problem(store, secret("km/smtp")).message == "`aws_secret:km/smtp` holds no value"


def test_problems_and_contents_do_not_show_values(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("a", VALUE)
    aws.put_secret("b", json.dumps({"k": VALUE}))
    refs: Sequence[SecretRef] = (secret("a"), secret("b", "k"), secret("b", "x"))
    assert VALUE not in repr(store.resolve(refs))
    assert VALUE not in repr(store._secrets.__dict__)
