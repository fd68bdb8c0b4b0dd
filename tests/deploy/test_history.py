"""Receipts form a chain, and what was done to it shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY, complies

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.running import Call
    from tests.deploy.site import Site


@pytest.fixture
def three(site: Site, kmconfig: Call) -> list[Path]:
    """Three receipts, oldest first."""
    for name in ("one", "two", "three"):
        site.configure(ehlo_domain=f"{name}.acme.test")
        assert kmconfig(*APPLY).code == 0
    return sorted(site.receipts)


def test_the_runs_newest_first(site: Site, kmconfig: Call, three: list[Path]) -> None:
    ran = kmconfig("history", "staging", "--format", "json")
    assert (ran.code, ran.document["broken"]) == (0, None)
    assert complies(ran.document, "history")
    assert [receipt["run"] for receipt in ran.document["receipts"]] == [path.stem for path in reversed(three)]
    text = kmconfig("history", "staging", "--limit", "1").out
    assert "3 runs" in text
    assert "2 older" in text


def test_an_unharmed_chain(kmconfig: Call, three: list[Path]) -> None:
    ran = kmconfig("history", "staging", "--verify")
    assert ran.code == 0
    assert f"{len(three)} receipts, each bound to the one before it" in ran.out


def change(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(document | {"approvals": ["host-change"]}), encoding="utf-8")


def unlink(path: Path) -> None:
    path.unlink()


def spoil(path: Path) -> None:
    path.write_text("{", encoding="utf-8")


def undigest(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["digest"]
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "which", "said"),
    [
        (change, 1, "it was changed after it was written"),
        (unlink, 1, "the one before it is gone or was replaced"),
        (unlink, 0, "the one before it is gone or was replaced"),
        (unlink, 2, "a newer receipt is gone"),
        (spoil, 1, "it cannot be read"),
        (undigest, 2, "it has no digest"),
    ],
)
def test_what_was_done_to_it_shows(
    kmconfig: Call, three: list[Path], harm: Callable[[Path], None], which: int, said: str
) -> None:
    harm(three[which])
    ran = kmconfig("history", "staging", "--verify", "--format", "json")
    assert ran.code == 1
    assert complies(ran.document, "history")
    assert said in "; ".join(broken["reason"] for broken in ran.document["broken"])


def test_all_of_them_gone(kmconfig: Call, three: list[Path]) -> None:
    for path in three:
        path.unlink()
    ran = kmconfig("history", "staging", "--verify")
    assert (ran.code, "there are no receipts any more" in ran.out) == (1, True)


def test_no_runs_yet(kmconfig: Call) -> None:
    ran = kmconfig("history", "staging", "--verify")
    assert (ran.code, "0 runs" in ran.out) == (0, True)
    assert kmconfig("history", "nowhere").code == 65


def test_a_run_that_was_killed_before_it_said_that_it_was_the_last(
    site: Site, kmconfig: Call, three: list[Path]
) -> None:
    before = json.loads(three[1].read_text(encoding="utf-8"))["digest"]
    (three[0].parent / "last").write_text(f"{before}\n", encoding="utf-8")
    assert kmconfig("history", "staging", "--verify").code == 0
