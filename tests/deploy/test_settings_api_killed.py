"""Killed at any point, an apply through a settings interface leaves old or new settings, and the next one ends it."""

from __future__ import annotations

import itertools
import random
import time
from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY
from tests.deploy.killed import Killer
from tests.deploy.settings_apis import applied, fresh, set_keys
from tests.servers import settings_api_faults as faults
from tests.servers.settings_api import Offers, as_installed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.running import Call
    from tests.deploy.site import Site
    from tests.servers.settings_api import SettingsApi

OLD = as_installed() | {"smtp_password": "an older password"}
OFFERS = (Offers(), Offers(etag=False), Offers(etag=False, versions=True, marks=True))
RANDOM_KILLS, PARTS = 200, 5


@pytest.fixture
def killer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Killer]:
    set_keys(monkeypatch)
    with Killer() as running:
        yield running


def require_end(kmconfig: Call, current: Site, api: SettingsApi, at: int) -> None:
    """The next run brings it to an end that is proved, and the one after finds nothing to do."""
    assert api.everything in (OLD, applied(current)), at
    ran = kmconfig("-C", current.root, *APPLY)
    assert (ran.code, api.everything) == (0, applied(current)), (at, ran.err)
    assert current.leftovers() == [], at
    writes, messages = api.writes, len(current.server.messages)
    again = kmconfig("-C", current.root, *APPLY)
    assert (again.code, again.result["result"]) == (0, "unchanged"), (at, again.err)
    assert (api.writes, len(current.server.messages)) == (writes, messages), at


@pytest.mark.parametrize("half", [1, 2])
def test_wherever_it_is_killed_the_next_run_ends_it(site: Site, kmconfig: Call, killer: Killer, half: int) -> None:
    left_new = 0
    for at in itertools.count(half, 2):
        current, api = fresh(site.root.parent / f"at-{at}", site.server, OFFERS[at // 2 % len(OFFERS)])
        with api:
            if killer.run(current, *APPLY, at=at) is not None:
                break
            left_new += api.everything == applied(current)
            require_end(kmconfig, current, api, at)
    assert at > 30
    assert left_new > 5


@pytest.mark.parametrize("half", [1, 2])
def test_wherever_it_is_killed_while_it_takes_back_the_next_run_ends_it(
    site: Site, kmconfig: Call, killer: Killer, half: int
) -> None:
    """The write is not confirmed, so it is taken back; the password cannot be, and nobody says that it was."""
    restored = 0
    for at in itertools.count(half, 2):
        current, api = fresh(site.root.parent / f"at-{at}", site.server, Offers(versions=True))
        with api:
            api.misbehave["PUT"].append(faults.html(200, written=True))
            code = killer.run(current, *APPLY, at=at, events=("os.rename", "os.remove", "os.fsync", "socket.connect"))
            if code is not None:
                assert code == 7
                break
            api.misbehave["PUT"].clear()
            visible = {name: value for name, value in api.settings.items() if value is not None}
            restored += visible == as_installed() and api.versions["smtp_password"] == 2
            ran = kmconfig("-C", current.root, *APPLY)
            assert (ran.code, api.everything) == (0, applied(current)), (at, ran.err)
            assert current.leftovers() == [], at
    assert restored > 0


def seconds_of_a_run(site: Site, killer: Killer) -> float:
    """How long a run takes that nobody kills, at best."""
    found = []
    for turn in range(2):
        current, api = fresh(site.root.parent / f"measured-{turn}", site.server, Offers())
        with api:
            begun = time.monotonic()
            assert killer.run_for(current, *APPLY, seconds=60) == 0
            found.append(time.monotonic() - begun)
    return min(found)


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_random_times(site: Site, kmconfig: Call, killer: Killer, part: int) -> None:
    chance = random.Random(part)  # noqa: S311 - the times are to be the same in each run of the test
    longest = seconds_of_a_run(site, killer)
    ended = 0
    for turn in range(part, RANDOM_KILLS, PARTS):
        current, api = fresh(site.root.parent / f"turn-{turn}", site.server, OFFERS[turn // PARTS % len(OFFERS)])
        with api:
            ended += killer.run_for(current, *APPLY, seconds=chance.uniform(0.01, longest)) is not None
            require_end(kmconfig, current, api, turn)
    assert ended < RANDOM_KILLS / PARTS
