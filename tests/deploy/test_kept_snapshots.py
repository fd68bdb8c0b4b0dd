"""The snapshots that a rollback needs stay, whatever runs have failed or were killed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY, steps
from tests.deploy.killed import Killer
from tests.deploy.site import LIVE, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.running import Call

ROLLBACK = ("rollback", "staging", "--yes", "--no-test-send", "back")


def kept(site: Site) -> list[str]:
    return sorted(path.name for path in (site.keeping / "snapshots").glob("*"))


def change(site: Site) -> None:
    """Let the environment want something else."""
    path = site.root / "environments/staging.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("licensing@", "billing@"), encoding="utf-8")


def test_runs_that_were_taken_back_leave_none(site: Site, kmconfig: Call) -> None:
    assert kmconfig(*APPLY).code == 0
    before = kept(site)
    site.configure(verify=[["false"]])
    change(site)
    for _ in range(6):
        assert kmconfig(*APPLY).code == 6
        assert kept(site) == before
    site.configure()
    assert kmconfig(*ROLLBACK).code == 0
    assert site.env.read_bytes().splitlines() == LIVE.splitlines()


def test_a_write_that_changed_nothing_leaves_none(site: Site, kmconfig: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("kmconfig.targets.files.local.LocalFileWriter.replace", refuse)
    ran = kmconfig(*APPLY)
    assert (ran.code, steps(ran)[-1]) == (5, ("write", "failed"))
    assert kept(site) == []


def test_a_snapshot_without_a_journal_goes(site: Site, kmconfig: Call) -> None:
    (site.keeping / "env.journal.json").mkdir(parents=True)
    assert kmconfig(*APPLY).code == 5
    assert kept(site) == []


def test_of_those_that_nobody_needs_five_are_left_by_the_next_run(site: Site, kmconfig: Call) -> None:
    assert kmconfig(*APPLY).code == 0
    needed = kept(site)
    for number in range(6):
        (site.keeping / "snapshots" / f"env.29990101T00000{number}Z-0ab").write_bytes(b"")
    change(site)
    assert kmconfig(*APPLY).code == 0
    assert len(kept(site)) == 5
    assert set(needed) < set(kept(site))


@pytest.fixture
def killer() -> Iterator[Killer]:
    with Killer() as running:
        yield running


def test_a_run_that_was_killed_before_its_write_leaves_none(site: Site, kmconfig: Call, killer: Killer) -> None:
    """Killed as often as it does something; the next run fails before it keeps anything of its own."""
    seen = 0
    for at in range(1, 200):
        before = kept(site)
        code = killer.run(site, *APPLY, at=at, events=("os.rename",))
        if code is not None:
            break
        unwritten = site.env.read_bytes() == LIVE
        with_journal = (site.keeping / "env.journal.json").exists()
        site.configure(port=1)
        ran = kmconfig(*APPLY)
        site.configure()
        if unwritten and with_journal:
            seen += 1
            assert ran.code == 1
            assert kept(site) == before
    assert seen
