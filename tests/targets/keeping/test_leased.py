"""Journal and snapshots in a store that several machines reach."""

from __future__ import annotations

import pytest

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.keeping.interface import LeaseLost
from kmconfig.targets.keeping.leased import LeasedKeeper
from tests.targets.keeping.memory import Memory, Time, keeper


@pytest.fixture
def memory() -> Memory:
    return Memory(Time())


@pytest.fixture
def kept(memory: Memory) -> LeasedKeeper:
    return keeper(memory, Time().timing())


def test_a_journal_is_found_by_others_until_it_is_closed(memory: Memory, kept: LeasedKeeper) -> None:
    other = keeper(memory, Time().timing())
    assert other.journal() is None
    kept.record(b'{"step": "write \xc3\xa9"}')
    assert other.journal() == b'{"step": "write \xc3\xa9"}'
    kept.record(b'{"step": "verify"}')
    assert other.journal() == b'{"step": "verify"}'
    kept.close()
    assert other.journal() is None
    kept.close()


def test_what_is_written_already_is_not_written_again(memory: Memory, kept: LeasedKeeper) -> None:
    kept.record(b"{}")
    kept.record(b"{}")
    assert memory.puts == 1


def test_a_journal_whose_writing_is_not_answered_counts_if_it_arrived(memory: Memory, kept: LeasedKeeper) -> None:
    memory.lost = True
    kept.record(b'{"step": "write"}')
    assert kept.journal() == b'{"step": "write"}'
    memory.away = True
    with pytest.raises(CouldNotCheck):
        kept.record(b'{"step": "verify"}')


def test_two_that_write_a_journal_at_once_stop(memory: Memory, kept: LeasedKeeper) -> None:
    kept.record(b"1")

    def meanwhile() -> None:
        memory.before = lambda: None
        memory.put("journal", "2", expected="1")

    memory.before = meanwhile
    with pytest.raises(LeaseLost, match="another run has written"):
        kept.record(b"3")
    assert kept.journal() == b"2"


def test_snapshots_come_back_byte_for_byte_and_absence_as_absence(kept: LeasedKeeper) -> None:
    snapshots = {"run-1": b"\x00\xff version", "run-2": None, "run-3": b""}
    names = {run: kept.keep(run, snapshot) for run, snapshot in snapshots.items()}
    assert {run: kept.kept(name) for run, name in names.items()} == snapshots


def test_the_newest_five_snapshots_stay(kept: LeasedKeeper) -> None:
    names = [kept.keep(f"run-{number}", b"x") for number in range(7)]
    kept.prune()
    kept.prune()
    assert [kept.kept(name) for name in names[2:]] == [b"x"] * 5
    for name in names[:2]:
        with pytest.raises(CouldNotCheck, match="is not kept in memory"):
            kept.kept(name)


@pytest.mark.parametrize("text", ["", "[]", "7", "[" * 100_000])
def test_snapshots_that_are_none_of_ours_are_told(memory: Memory, kept: LeasedKeeper, text: str) -> None:
    memory.documents["snapshots"] = (1, text, 0.0)
    with pytest.raises(CouldNotCheck, match="not as kmconfig writes them"):
        kept.kept("run-1")


def test_whose_settings_the_target_holds_is_noted_with_the_target(memory: Memory) -> None:
    noted: list[str] = []
    kept = LeasedKeeper(memory, note=noted.append)
    kept.mark("staging")
    assert noted == ["staging"]
    assert kept.owner() is None
    kept.sweep()
    assert memory.documents == {}
