"""What goes wrong between us and AWS, and what is said and done about it."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.errors import CouldNotCheck, Locked, Refused
from kmconfig.targets.keeping.interface import LeaseLost
from tests.targets.aws.site import OLD, PREFIX, SECRET, earlier
from tests.targets.settings import PASSWORD, Open, candidate, holder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.servers.aws import AwsServer
    from tests.targets.aws.site import AwsSite

READING = {
    "DescribeSecret",
    "GetCallerIdentity",
    "GetParameter",
    "GetParameterHistory",
    "GetParameters",
    "GetSecretValue",
    "ListTagsForResource",
}


def contents(site: AwsSite) -> tuple[Any, Any]:
    return site.parameters(), site.secret()


def named(name: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda parameters: parameters.get("Name") == f"{PREFIX}/{name}"


class StopsAt(Open):
    """A fence at which the run ends before its n-th write."""

    def __init__(self, number: int, error: BaseException) -> None:
        super().__init__()
        self.number_of_writes = number
        self.error = error

    def check(self) -> None:
        super().check()
        if self.checks > self.number_of_writes:
            raise self.error


@pytest.mark.parametrize("operation", ["PutParameter", "PutSecretValue", "UpdateSecretVersionStage"])
def test_throttling_is_waited_for(aws: AwsServer, filled: AwsSite, waits: list[float], operation: str) -> None:
    writer, snapshot, mark = filled.staged()
    aws.refuse(operation, "ThrottlingException", times=2)
    writer.write(Open())
    assert writer.state(snapshot, {mark}) == "after"
    assert len(waits) >= 2


@pytest.mark.parametrize("operation", ["PutParameter", "PutSecretValue", "UpdateSecretVersionStage"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_write_whose_answer_is_lost_is_found_to_have_happened(
    aws: AwsServer, filled: AwsSite, operation: str, times: int
) -> None:
    writer, snapshot, mark = filled.staged()
    aws.refuse(operation, "InternalServerError", status=500, times=times, carried_out=True)
    writer.write(Open())
    assert writer.state(snapshot, {mark}) == "after"
    assert filled.secret()["MAIL_PASSWORD"] == PASSWORD


@pytest.mark.parametrize(
    ("operation", "action", "state"),
    [
        ("PutSecretValue", "secretsmanager:PutSecretValue", "before"),
        ("UpdateSecretVersionStage", "secretsmanager:UpdateSecretVersionStage", "before"),
        ("PutParameter", "ssm:PutParameter", "partial"),
    ],
)
def test_a_permission_that_is_missing_is_named_and_the_state_is_told(
    aws: AwsServer, filled: AwsSite, operation: str, action: str, state: str
) -> None:
    writer, snapshot, mark = filled.staged()
    aws.refuse(operation, "AccessDeniedException", f"{PASSWORD} is not authorized")
    with pytest.raises(CouldNotCheck, match=f"may not be written: `{action}` is not allowed") as raised:
        writer.write(Open())
    assert PASSWORD not in f"{raised.value.message} {raised.value.help}"
    assert writer.state(snapshot, {mark}) == state


@pytest.mark.parametrize(
    ("operation", "action"),
    [("GetParameters", "ssm:GetParameters"), ("GetSecretValue", "secretsmanager:GetSecretValue")],
)
def test_a_permission_to_read_that_is_missing_is_named(
    aws: AwsServer, filled: AwsSite, operation: str, action: str
) -> None:
    aws.refuse(operation, "AccessDeniedException")
    with pytest.raises(CouldNotCheck, match=f"may not be read: `{action}` is not allowed"):
        filled.reader().live()


def test_a_write_that_stops_half_way_is_partial_and_goes_back(aws: AwsServer, filled: AwsSite) -> None:
    before = contents(filled)
    writer, snapshot, mark = filled.staged()
    aws.refuse("PutParameter", "InternalServerError", status=500, concerns=named("MAIL_PORT"))
    with pytest.raises(CouldNotCheck, match="AWS has a fault of its own"):
        writer.write(Open())
    aws.refuse("PutParameter", "never", times=0)
    assert writer.state(snapshot, {mark}) == "partial"
    writer.restore(snapshot, Open())
    assert contents(filled) == before
    assert writer.state(snapshot, ()) == "before"


@pytest.mark.parametrize("done", range(11))
def test_a_run_that_is_killed_before_any_of_its_writes_is_told_by_another(filled: AwsSite, done: int) -> None:
    before = contents(filled)
    writer, snapshot, mark = filled.staged()
    with suppress(KeyboardInterrupt):  # the last boundary is behind all writes
        writer.write(StopsAt(done, KeyboardInterrupt()))
    late = filled.writer(filled.reader(), candidate(filled.environment()))
    # The secret's version counts once it is current, with the second write; seven parameters follow.
    assert late.state(snapshot, {mark}) == ("before" if done < 2 else "partial" if done < 9 else "after")
    late.restore(snapshot, Open())
    assert contents(filled) == before
    assert late.state(snapshot, ()) == "before"


def test_a_lease_that_is_lost_stops_between_two_parameters(aws: AwsServer, filled: AwsSite) -> None:
    writer, *_ = filled.staged()
    with pytest.raises(LeaseLost):
        writer.write(StopsAt(4, LeaseLost("the lease is lost")))
    assert aws.operations.count("PutParameter") == 2


def test_somebody_else_who_makes_a_version_of_the_secret_meanwhile_wins(aws: AwsServer, filled: AwsSite) -> None:
    writer, snapshot, mark = filled.staged()
    aws.before_next("UpdateSecretVersionStage", lambda: aws.put_secret(SECRET, '{"OTHER": "new"}'))
    with pytest.raises(Refused, match="`aws_secret:keymanager/staging/mail` was written by somebody else"):
        writer.write(Open())
    assert filled.secret() == {"OTHER": "new"}
    assert writer.state(snapshot, {mark}) == "other"


def test_somebody_else_who_writes_a_parameter_meanwhile_is_noticed(aws: AwsServer, filled: AwsSite) -> None:
    writer, snapshot, mark = filled.staged()
    aws.before_next("PutParameter", lambda: aws.put_parameter(f"{PREFIX}/MAIL_MAILER", "log", kind="String"))
    with pytest.raises(Refused, match="MAIL_MAILER` was written by somebody else"):
        writer.write(Open())
    assert writer.state(snapshot, {mark}) == "other"


def test_somebody_else_who_writes_on_top_of_a_parameter_is_noticed(aws: AwsServer, filled: AwsSite) -> None:
    writer, snapshot, mark = filled.staged()
    writer.write(Open())
    aws.put_parameter(f"{PREFIX}/MAIL_HOST", "foreign.example", kind="String")
    assert writer.state(snapshot, {mark}) == "other"


def test_somebody_else_who_writes_before_the_way_back_is_not_overwritten(aws: AwsServer, filled: AwsSite) -> None:
    writer, snapshot, mark = filled.staged()
    writer.write(Open())
    assert writer.state(snapshot, {mark}) == "after"
    aws.put_parameter(f"{PREFIX}/MAIL_HOST", "foreign.example", kind="String")
    with pytest.raises(Refused, match="changed after it was compared"):
        writer.restore(snapshot, Open())


def test_a_hundred_versions_with_a_label_on_the_oldest_say_what_to_do(aws: AwsServer, filled: AwsSite) -> None:
    writer, *_ = filled.staged()
    aws.refuse("PutParameter", "ParameterMaxVersionLimitExceeded")
    with pytest.raises(CouldNotCheck, match="100 versions") as raised:
        writer.write(Open())
    assert "label-parameter-version" in (raised.value.help or "")


def test_an_owner_that_may_not_be_tagged_or_read_is_no_reason_to_stop(
    aws: AwsServer, filled: AwsSite, caplog: pytest.LogCaptureFixture
) -> None:
    aws.refuse("TagResource", "AccessDeniedException")
    with caplog.at_level(logging.WARNING):
        filled.keeper().mark("staging")
    assert "`secretsmanager:TagResource` is not allowed" in caplog.text
    aws.refuse("DescribeSecret", "AccessDeniedException")
    assert filled.reader().live().owner is None


def test_planning_asks_only_what_reads(aws: AwsServer, filled: AwsSite) -> None:
    snapshot, _ = filled.apply()
    aws.reset_record()
    environment = filled.environment(host="smtp.other.example")
    reader = filled.reader(environment)
    reader.live()
    reader.live_secrets()
    assert reader.compare(candidate(environment)).operations
    assert reader.compare(earlier(snapshot, "MAIL_HOST")).operations
    keeper = filled.keeper()
    assert keeper.journal() is None
    assert keeper.owner() is None
    assert set(aws.operations) <= READING


def test_snapshots_marks_and_operations_hold_no_secret(filled: AwsSite) -> None:
    environment = filled.environment()
    reader = filled.reader(environment)
    writer, snapshot, mark = filled.staged()
    told = [reader.compare(candidate(environment)), snapshot, mark, reader.live(), reader.live_secrets(), vars(writer)]
    for secret in (PASSWORD, OLD["MAIL_PASSWORD"]):
        assert secret not in repr(told)
    assert [secret.reveal() for secret in reader.live_secrets()] == [OLD["MAIL_PASSWORD"]]


def test_of_two_that_take_a_free_lease_at_once_no_two_win(aws: AwsServer, site: AwsSite) -> None:
    with site.keeper().hold(holder()):
        pass
    other = site.keeper()

    def faster() -> None:
        opened = other.hold(holder("20261122T150500Z-bbbb"))
        held.append((opened, opened.__enter__()))

    held: list[Any] = []
    aws.before_next("PutParameter", faster)
    with pytest.raises(Locked), site.keeper().hold(holder()):
        pass
    [(opened, _fence)] = held
    opened.__exit__(None, None, None)


def test_what_two_runs_wrote_after_one_another_goes_back_to_before_both(aws: AwsServer, filled: AwsSite) -> None:
    before = contents(filled)
    killed, snapshot, first = filled.staged()
    with suppress(KeyboardInterrupt):
        killed.write(StopsAt(7, KeyboardInterrupt()))
    writer, _, second = filled.staged(host="smtp.other.example", password={"env": "KM_OTHER_SECRET"}, port=465)
    assert writer.state(snapshot, {first}) == "partial"
    writer.write(Open())
    assert writer.state(snapshot, (first, second)) == "after"
    writer.restore(snapshot, Open())
    assert contents(filled) == before
    assert writer.state(snapshot, ()) == "before"
