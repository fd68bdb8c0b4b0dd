"""Who holds a lease, until when, and who stops."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck, Locked
from kmconfig.targets.keeping.holding import Heartbeat
from kmconfig.targets.keeping.interface import LeaseLost
from kmconfig.targets.keeping.lease import Lease, Timing
from kmconfig.targets.keeping.leased import LeasedKeeper
from tests.targets.keeping.memory import Memory, Time, keeper
from tests.targets.settings import holder

if TYPE_CHECKING:
    from kmconfig.targets.keeping.holding import LeaseFence

FIRST, SECOND = holder("20261122T150000Z-aaaa"), holder("20261122T150500Z-bbbb", host="ci-8")


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def memory(time: Time) -> Memory:
    return Memory(time)


def lease(memory: Memory) -> Lease:
    return Lease.read(memory.documents["lease"][1])


def test_a_lease_is_held_by_one_and_names_its_holder_and_its_end(memory: Memory, time: Time) -> None:
    with keeper(memory, time.timing()).hold(FIRST):
        time.seconds += 25
        with pytest.raises(Locked) as raised, keeper(memory, time.timing()).hold(SECOND):
            pass
    for part in ("run 20261122T150000Z-aaaa of `staging` by deployer on ci-7", "2026-11-22 15:00:00 UTC"):
        assert part in raised.value.message
    assert "kmconfig apply staging; its lease ends at 15:01:00 UTC" in raised.value.message


def test_numbers_grow_with_each_holder_and_a_free_lease_takes_nothing_over(memory: Memory, time: Time) -> None:
    for number in (1, 2, 3):
        with keeper(memory, time.timing()).hold(FIRST) as fence:
            assert (fence.number, fence.took_over) == (number, None)
        assert lease(memory).holder is None


def test_a_renewed_lease_lasts(memory: Memory, time: Time) -> None:
    with keeper(memory, time.timing()).hold(FIRST) as fence:
        for _ in range(10):
            time.seconds += 20
            assert fence.beat()
        with pytest.raises(Locked), keeper(memory, time.timing()).hold(SECOND):
            pass
        fence.check()


def test_a_lease_that_ran_out_is_taken_over_and_says_from_whom(memory: Memory, time: Time) -> None:
    with keeper(memory, time.timing()).hold(FIRST) as lost:
        time.seconds += 61
        with keeper(memory, time.timing()).hold(SECOND) as fence:
            assert fence.number == 2
            assert fence.took_over == str(FIRST)
            assert lease(memory).took_over == FIRST
            with pytest.raises(LeaseLost, match="taken over by run 20261122T150500Z-bbbb"):
                lost.check()
            fence.check()
        assert not lost.beat()
    assert (lease(memory).number, lease(memory).holder) == (2, None)


@pytest.mark.parametrize("skew", [-86_400.0, -400.0, 400.0, 86_400.0])
def test_a_clock_that_is_wrong_takes_nothing_over_too_early(memory: Memory, time: Time, skew: float) -> None:
    with keeper(memory, time.timing()).hold(FIRST):
        time.seconds += 59
        with pytest.raises(Locked), keeper(memory, time.timing(skew=skew)).hold(SECOND):
            pass
        time.seconds += 2
        with keeper(memory, time.timing(skew=skew)).hold(SECOND) as fence:
            assert fence.took_over == str(FIRST)


def test_where_the_store_tells_no_time_five_minutes_are_spared_for_wrong_clocks(time: Time) -> None:
    memory = Memory(time, tells_age=False)
    with keeper(memory, time.timing()).hold(FIRST):
        time.seconds += 61
        with pytest.raises(Locked), keeper(memory, time.timing(skew=290)).hold(SECOND):
            pass
        time.seconds += 300
        with keeper(memory, time.timing()).hold(SECOND) as fence:
            assert fence.number == 2


def test_of_two_that_take_over_at_once_one_wins(memory: Memory, time: Time) -> None:
    with keeper(memory, time.timing()).hold(FIRST):
        time.seconds += 61
        other: list[LeaseFence] = []

        def faster() -> None:
            memory.before = lambda: None
            other.append(held.enter_context(keeper(memory, time.timing()).hold(SECOND)))

        with ExitStack() as held:
            memory.before = faster
            with pytest.raises(Locked, match="20261122T150500Z-bbbb"), keeper(memory, time.timing()).hold(FIRST):
                pass
            other[0].check()


def test_of_two_that_start_at_once_one_wins(memory: Memory, time: Time) -> None:
    with ExitStack() as held:

        def faster() -> None:
            memory.before = lambda: None
            held.enter_context(keeper(memory, time.timing()).hold(SECOND))

        memory.before = faster
        with pytest.raises(Locked, match="20261122T150500Z-bbbb"), keeper(memory, time.timing()).hold(FIRST):
            pass


def test_a_check_soon_after_a_renewal_asks_nothing_and_a_later_one_renews(memory: Memory, time: Time) -> None:
    with keeper(memory, time.timing()).hold(FIRST) as fence:
        fence.check()
        assert memory.puts == 1
        time.seconds += 20
        fence.check()
        assert memory.puts == 2


def test_a_holder_that_cannot_renew_stops_before_anybody_else_may_start(memory: Memory, time: Time) -> None:
    with keeper(memory, time.timing()).hold(FIRST) as fence:
        memory.away = True
        time.seconds += 39
        fence.check()
        time.seconds += 1
        with pytest.raises(LeaseLost, match="could not be renewed for 40 seconds: memory is away"):
            fence.check()
        memory.away = False
        with pytest.raises(LeaseLost):
            fence.check()


def test_a_machine_that_slept_finds_its_lease_taken(memory: Memory, time: Time) -> None:
    with keeper(memory, time.timing()).hold(FIRST) as slept:
        time.seconds += 600
        with keeper(memory, time.timing()).hold(SECOND):
            pass
        with pytest.raises(LeaseLost):
            slept.check()


def test_a_renewal_whose_answer_is_lost_is_found_again(memory: Memory, time: Time) -> None:
    with keeper(memory, time.timing()).hold(FIRST) as fence:
        time.seconds += 20
        memory.lost = True
        assert fence.beat()
        memory.lost = False
        time.seconds += 20
        fence.check()
        time.seconds += 39
        assert fence.beat()


def test_a_lease_whose_taking_is_not_answered_is_held_all_the_same(memory: Memory, time: Time) -> None:
    memory.lost = True
    with keeper(memory, time.timing()).hold(FIRST) as fence:
        memory.lost = False
        fence.check()
        assert lease(memory).holder == FIRST


def test_a_store_that_is_away_lets_nobody_start(memory: Memory, time: Time) -> None:
    memory.away = True
    with pytest.raises(CouldNotCheck), keeper(memory, time.timing()).hold(FIRST):
        pass


def test_a_lease_that_cannot_be_let_go_of_is_a_warning(
    memory: Memory, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    with keeper(memory, time.timing()).hold(FIRST):
        memory.away = True
    assert "the lease of memory was not released: memory is away" in caplog.text


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"number": 1}', '{"number": "x"}', "[" * 100_000, json.dumps({"holder": {"run": 1}})]
)
def test_a_lease_that_is_none_of_ours_is_told_and_left(memory: Memory, time: Time, text: str) -> None:
    memory.documents["lease"] = (1, text, time.seconds)
    with (
        pytest.raises(CouldNotCheck, match="not one that kmconfig has written"),
        keeper(memory, time.timing()).hold(FIRST),
    ):
        pass
    assert memory.documents["lease"][1] == text


def test_the_heart_beats_in_a_thread_of_its_own_until_it_is_stopped(memory: Memory, time: Time) -> None:
    beaten = threading.Event()

    def wait() -> None:
        if memory.puts >= 3:
            beaten.set()

    memory.before = wait
    timing = Timing(heartbeat=0.001, uptime=lambda: time.seconds, now=time.timing().now)
    kept = LeasedKeeper(memory, note=lambda _environment: None, timing=timing, beating=Heartbeat)
    with kept.hold(FIRST):
        assert beaten.wait(10)
    assert lease(memory).holder is None
    assert not [thread for thread in threading.enumerate() if thread.name == "kmconfig-lease"]
