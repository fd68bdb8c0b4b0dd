"""What Secrets Manager tells without values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kmconfig.environment.reference import SecretRef
from kmconfig.secrets.store import Description, SecretProblem

if TYPE_CHECKING:
    from kmconfig.secrets.aws.store import AwsStore
    from tests.servers.aws import AwsServer

VALUE = "hunter2-hunter3"
LONG_AGO = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
LATER = datetime(2026, 8, 14, tzinfo=UTC)


def secret(name: str, key: str | None = None, version: str | int | None = None) -> SecretRef:
    return SecretRef("aws_secret", name, key=key, version=version)


def told(store: AwsStore, ref: SecretRef) -> Description:
    description = store.describe((ref,))[ref]
    assert isinstance(description, Description), description
    return description


def test_the_age_is_that_of_the_current_version(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", "old", created=LONG_AGO)
    version = aws.put_secret("km/smtp", VALUE, created=LATER)
    aws.client("secretsmanager").tag_resource(SecretId="km/smtp", Tags=[{"Key": "a", "Value": "b"}])
    ref = secret("km/smtp", "password")
    assert told(store, ref) == Description(ref=ref, version=version, created=LATER)
    assert aws.operations == ["DescribeSecret", "ListSecretVersionIds"]


def test_the_age_of_a_pinned_version(aws: AwsServer, store: AwsStore) -> None:
    first = aws.put_secret("km/smtp", "old", created=LONG_AGO)
    aws.put_secret("km/smtp", VALUE, created=LATER)
    for pin in (first, "AWSPREVIOUS"):
        description = told(store, secret("km/smtp", version=pin))
        assert (description.version, description.created) == (first, LONG_AGO)


def test_a_pinned_version_that_no_stage_points_to_any_more(aws: AwsServer, store: AwsStore) -> None:
    first = aws.put_secret("km/smtp", "oldest", created=LONG_AGO)
    aws.put_secret("km/smtp", "old")
    aws.put_secret("km/smtp", "new")
    assert told(store, secret("km/smtp", version=first)).created == LONG_AGO


def test_versions_come_in_pages(aws: AwsServer, store: AwsStore) -> None:
    first = aws.put_secret("km/smtp", "v0", created=LONG_AGO)
    for number in range(1, 104):
        aws.put_secret("km/smtp", f"v{number}")
    current = aws.put_secret("km/smtp", VALUE, created=LATER)
    assert told(store, secret("km/smtp", version=first)).created == LONG_AGO
    assert told(store, secret("km/smtp", version=current)).created == LATER
    assert aws.operations.count("ListSecretVersionIds") == 3


def test_a_server_that_promises_pages_for_ever_is_left(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", VALUE)
    aws.garble("ListSecretVersionIds", b'{"Versions": [], "NextToken": "more"}')
    answer = store.describe((secret("km/smtp"),))[secret("km/smtp")]
    assert isinstance(answer, SecretProblem)
    assert answer.kind == "missing"


def test_describing_reads_no_value(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", VALUE, created=LATER)
    for operation in ("GetSecretValue", "BatchGetSecretValue"):
        aws.refuse(operation, "AccessDeniedException")
    assert told(store, secret("km/smtp")).created == LATER
    assert VALUE not in repr(told(store, secret("km/smtp")))
    assert [getattr(answer, "kind", None) for answer in store.resolve((secret("km/smtp"),)).values()] == ["denied"]


def test_each_secret_is_described_once(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", VALUE)
    refs = [secret("km/smtp", f"k{number}") for number in range(5)]
    store.describe(refs)
    store.describe(refs)
    assert aws.operations == ["DescribeSecret", "ListSecretVersionIds"]


def test_without_the_permission_to_list_versions_the_age_is_unknown_and_says_why(
    aws: AwsServer, store: AwsStore
) -> None:
    version = aws.put_secret("km/smtp", VALUE, created=LATER)
    aws.refuse("ListSecretVersionIds", "AccessDeniedException")
    description = told(store, secret("km/smtp"))
    assert (description.version, description.created) == (version, None)
    assert description.detail.startswith("age unknown:")
    assert "`secretsmanager:ListSecretVersionIds`" in description.detail
    missing = store.describe((secret("km/smtp", version="AWSPENDING"),))
    assert [getattr(answer, "kind", None) for answer in missing.values()] == ["missing"]


def test_without_the_permission_to_describe_the_version_is_still_known(aws: AwsServer, store: AwsStore) -> None:
    version = aws.put_secret("km/smtp", VALUE, created=LATER)
    aws.refuse("DescribeSecret", "AccessDeniedException")
    description = told(store, secret("km/smtp"))
    assert (description.version, description.created) == (version, LATER)
    assert "deletion unknown" in description.detail
    assert "`secretsmanager:DescribeSecret`" in description.detail


def test_without_any_permission_for_metadata(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", VALUE)
    aws.refuse("DescribeSecret", "AccessDeniedException")
    aws.refuse("ListSecretVersionIds", "AccessDeniedException")
    answer = store.describe((secret("km/smtp"),))[secret("km/smtp")]
    assert isinstance(answer, SecretProblem)
    assert answer.kind == "denied"
    assert "`secretsmanager:DescribeSecret`" in answer.message


def test_a_deleted_secret_is_missing_though_its_versions_are_listed(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", VALUE)
    aws.client("secretsmanager").delete_secret(SecretId="km/smtp")
    answer = store.describe((secret("km/smtp"),))[secret("km/smtp")]
    assert isinstance(answer, SecretProblem)
    assert (answer.kind, answer.message[:34]) == ("missing", "`aws_secret:km/smtp` was deleted o")


def test_rotation_is_shown_and_does_not_count(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", VALUE)
    aws.client("secretsmanager").rotate_secret(
        SecretId="km/smtp", RotationRules={"AutomaticallyAfterDays": 30}, RotateImmediately=False
    )
    aws.put_secret("km/smtp", VALUE, created=LONG_AGO)
    description = told(store, secret("km/smtp"))
    assert description.created == LONG_AGO
    assert description.detail.startswith("AWS rotates it")
