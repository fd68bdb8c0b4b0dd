"""Requests that AWS throttles, does not answer, or would refuse only when it is too late."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck, Locked
from kmconfig.targets.aws import line
from tests.targets.aws.site import PREFIX
from tests.targets.settings import Open, candidate, holder

if TYPE_CHECKING:
    from tests.servers.aws import AwsServer
    from tests.targets.aws.site import AwsSite


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> list[float]:
    """How long we would have waited, beside botocore; nobody does."""
    assert waits == []
    found: list[float] = []
    monkeypatch.setattr(line, "time", SimpleNamespace(sleep=found.append))
    return found


@pytest.mark.parametrize(("code", "times"), [("ThrottlingException", 6), ("TooManyUpdates", 2)])
def test_between_two_parameters_throttling_is_waited_for_longer(
    aws: AwsServer, filled: AwsSite, paused: list[float], code: str, times: int
) -> None:
    writer, snapshot, mark = filled.staged()
    aws.refuse("PutParameter", code, times=times)
    writer.write(Open())
    assert writer.state(snapshot, {mark}) == "after"
    assert paused == [2.0, 4.0]


def test_throttling_without_an_end_is_said(aws: AwsServer, filled: AwsSite, paused: list[float]) -> None:
    writer, *_ = filled.staged()
    aws.refuse("PutParameter", "ThrottlingException")
    with pytest.raises(CouldNotCheck, match="AWS throttles, and went on doing so"):
        writer.write(Open())
    assert paused == [2.0, 4.0, 8.0]


def test_the_history_is_asked_for_before_anything_is_written(aws: AwsServer, filled: AwsSite) -> None:
    before = filled.parameters(), filled.secret()
    environment_ = filled.environment()
    reader = filled.reader(environment_)
    writer = filled.writer(reader, candidate(environment_))
    aws.refuse("GetParameterHistory", "AccessDeniedException")
    with pytest.raises(CouldNotCheck, match="may not be read: `ssm:GetParameterHistory` is not allowed"):
        writer.prepare()
    assert (filled.parameters(), filled.secret()) == before


def test_a_lease_whose_first_write_was_sent_twice_is_ours(aws: AwsServer, filled: AwsSite) -> None:
    aws.refuse("PutParameter", "InternalServerError", status=500, times=1, carried_out=True)
    with filled.keeper().hold(holder()) as fence:
        fence.check()
        with pytest.raises(Locked), filled.keeper().hold(holder("20261122T150500Z-bbbb")):
            pass


def test_a_lease_that_somebody_else_made_at_the_same_moment_is_not_ours(aws: AwsServer, filled: AwsSite) -> None:
    lease = f"{PREFIX}-kmconfig/lease"
    aws.before_next("PutParameter", lambda: aws.put_parameter(lease, "{}", kind="String"))
    with pytest.raises((Locked, CouldNotCheck)), filled.keeper().hold(holder()):
        pass
