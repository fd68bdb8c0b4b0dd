"""A `.env` that is a mount of its own, as containers do with one file: it is overwritten in place."""

from __future__ import annotations

import itertools
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY, rolled_back, steps, taken_back
from tests.deploy.killed import Killer
from tests.deploy.site import LIVE, Site, site_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.running import Call

NOTE = "overwritten in place"


@pytest.fixture
def mounts() -> Iterator[list[Path]]:
    made: list[Path] = []
    yield made
    for path in made:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.fixture
def site(site: Site, mounts: list[Path]) -> Site:
    mount(site, mounts)
    return site


def mount(site: Site, mounts: list[Path]) -> None:
    command = ["mount", "--bind", str(site.env), str(site.env)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a file")
    mounts.append(site.env)


def under_way(site: Site) -> list[Path]:
    return [path for path in site.keeping.iterdir() if "under-way" in path.name]


def test_it_is_applied_and_said(site: Site, kmconfig: Call) -> None:
    inode = site.env.stat().st_ino
    assert NOTE in kmconfig("plan", "staging").out
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
    assert [NOTE in remark for remark in ran.result["remarks"]] == [True]
    assert b"MAIL_USERNAME=apikey" in site.env.read_bytes()
    assert site.env.stat().st_ino == inode
    assert (site.leftovers(), under_way(site)) == ([], [])
    assert kmconfig(*APPLY).result["result"] == "unchanged"
    assert kmconfig("rollback", "staging", "--yes", "--no-test-send", "back").code == 0
    assert b"MAIL_USERNAME=apikey" not in site.env.read_bytes()


def test_it_is_taken_back(site: Site, kmconfig: Call) -> None:
    site.configure(verify=[["false"]])
    assert taken_back(site, kmconfig(*APPLY)) == rolled_back("verify")
    assert under_way(site) == []


def test_a_file_that_may_only_be_read(site: Site, kmconfig: Call) -> None:
    subprocess.run(["mount", "-o", "remount,bind,ro", str(site.env)], check=True)
    ran = kmconfig(*APPLY)
    assert (ran.code, steps(ran)[-1]) == (5, ("recheck", "failed"))
    assert "read-only file system" in ran.result["message"].lower()
    assert site.env.read_bytes() == LIVE


@pytest.mark.parametrize("half", [0, 1])
def test_wherever_it_is_killed_the_next_run_ends_it(site: Site, kmconfig: Call, mounts: list[Path], half: int) -> None:
    with Killer() as killer:
        for at in itertools.count(1 + half, 2):
            current = site_in(site.root.parent / f"at-{at}", site.server)
            mount(current, mounts)
            if killer.run(current, *APPLY, at=at) is not None:
                break
            ran = kmconfig("-C", current.root, *APPLY)
            assert ran.code == 0, (at, ran.err)
            assert b"MAIL_USERNAME=apikey" in current.env.read_bytes()
            assert (current.leftovers(), under_way(current)) == ([], [])
            assert kmconfig("-C", current.root, *APPLY).result["result"] == "unchanged"
    assert at > 40
