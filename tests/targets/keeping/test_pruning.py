"""Which snapshots go: those that nobody needs before those that a receipt names, and the oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.keeping.folder import FolderKeeper
from tests.targets.files.remote import connect, held, reach
from tests.targets.keeping.memory import Memory, Time, keeper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kmconfig.targets.keeping.interface import Keeper
    from tests.servers.sshd import Sshd

RUNS = [f"20260101T00000{number}Z-0ab" for number in range(8)]


@pytest.fixture(params=["folder", "elsewhere", "store"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, sshd: Sshd) -> Iterator[Keeper]:
    path = tmp_path / ".env"
    if request.param == "elsewhere":
        writer = reach(connect(sshd), path)[1]
        with held(writer):
            yield writer.keeper()
        return
    time = Time()
    found: Keeper = FolderKeeper.beside(path) if request.param == "folder" else keeper(Memory(time), time.timing())
    found.ensure()
    yield found


def left(kept: Keeper, names: list[str]) -> list[int]:
    """The places in ``names`` of the snapshots that are still there."""
    found = []
    for place, name in enumerate(names):
        try:
            assert kept.kept(name) == b"%d" % place
        except CouldNotCheck:
            continue
        found.append(place)
    return found


def test_what_is_needed_stays(kept: Keeper) -> None:
    names = [kept.keep(run, b"%d" % place) for place, run in enumerate(RUNS)]
    kept.prune(needed=[names[0], names[2], "env.of-another-target"])
    assert left(kept, names) == [0, 2, 5, 6, 7]
    kept.prune()
    assert left(kept, names) == [0, 2, 5, 6, 7]


def test_of_more_that_are_needed_the_newest_stay(kept: Keeper) -> None:
    names = [kept.keep(run, b"%d" % place) for place, run in enumerate(RUNS)]
    kept.prune(needed=names[:6])
    assert left(kept, names) == [1, 2, 3, 4, 5]


def test_one_is_dropped(kept: Keeper) -> None:
    names = [kept.keep(run, b"%d" % place) for place, run in enumerate(RUNS[:3])]
    kept.drop(names[1])
    kept.drop(names[1])
    assert left(kept, names) == [0, 2]
