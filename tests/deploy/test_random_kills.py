"""Two hundred kills at events that a fixed seed has drawn, in runs that apply, take back, and end what others left."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY
from tests.deploy.killed import Killer
from tests.deploy.site import LIVE, Site, site_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.running import Call

KILLS = 200
PARTS = 4
SEED = 6

FAILS_WITH_NEW = [["sh", "-c", "! grep -q '^MAIL_USERNAME=apikey' .env"]]


@pytest.fixture
def killer() -> Iterator[Killer]:
    with Killer() as running:
        yield running


def prepared(site: Site, name: str, *, fails: bool) -> Site:
    """A site of its own; where it ``fails``, the application refuses the new settings."""
    current = site_in(site.root.parent / name, site.server)
    current.configure(reload=FAILS_WITH_NEW if fails else [["true"]], verify=[["true"]])
    return current


def events(site: Site, killer: Killer, *, fails: bool) -> int:
    """How many events a run has that nobody kills."""
    low, high = 1, 256
    while low < high:
        middle = (low + high) // 2
        current = prepared(site, f"counting-{fails}-{middle}", fails=fails)
        if killer.run(current, *APPLY, at=middle) is None:
            low = middle + 1
        else:
            high = middle
    return low - 1


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(PARTS))
def test_whenever_it_is_killed(site: Site, kmconfig: Call, killer: Killer, part: int) -> None:
    draw = random.Random(SEED + part)  # noqa: S311 - the same kills each time
    untouched = prepared(site, "untouched", fails=False)
    assert kmconfig("-C", untouched.root, *APPLY).code == 0
    new = untouched.env.read_bytes()
    lengths = {fails: events(site, killer, fails=fails) for fails in (False, True)}
    assert min(lengths.values()) > 40
    kills = 0
    while kills < KILLS // PARTS:
        fails = draw.random() < 0.4
        current = prepared(site, f"at-{kills}", fails=fails)
        drawn = []
        # What ends a killed run may be killed as well.
        for _ in range(draw.choice((1, 1, 2, 3))):
            drawn.append(draw.randint(1, lengths[fails]))
            kills += killer.run(current, *APPLY, at=drawn[-1]) is None
            assert current.env.read_bytes() in (LIVE, new), (fails, drawn)
        ran = kmconfig("-C", current.root, *APPLY)
        if fails:
            assert (ran.code, current.env.read_bytes()) == (6, LIVE), (drawn, ran.err)
        else:
            assert (ran.code, current.env.read_bytes()) == (0, new), (drawn, ran.err)
            assert kmconfig("-C", current.root, *APPLY).result["result"] == "unchanged"
        assert current.leftovers() == [], (fails, drawn)
