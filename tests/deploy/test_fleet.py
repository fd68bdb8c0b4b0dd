"""Many environments: their order, how many at a time, and where they stop."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.deploy.fleet import Shard, waves
from kmconfig.environment.project import Project
from kmconfig.errors import UsageError
from tests.cli.running import write
from tests.deploy.endings import complies
from tests.deploy.site import PASSWORD, RECIPIENT, SENDER, VARIABLE
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.running import Call, Ran
    from tests.deploy.site import Site
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Peer

APPLY_ALL = ("apply", "--all", "--yes", "--retry-for", "0", "--format", "json")


def member(site: Site, name: str, tier: str = "staging", **smtp: Any) -> None:
    """One environment of a fleet, with a file of its own as target."""
    variable = f"{VARIABLE}_{tier.upper()}"
    os.environ[variable] = PASSWORD
    content = {
        "version": 1,
        "tier": tier,
        "application": {"name": "Acme License Portal", "url": f"https://{name.replace('/', '-')}.acme.test"},
        "email": {
            "smtp": {
                "host": "localhost",
                "port": site.server.port,
                "username": "apikey",
                "password": {"env": variable},
                "timeout": "5s",
                **smtp,
            },
            "sender": {"email": SENDER, "dkim_selectors": ["s1"]},
            "reply_to": "support@acme.test",
            "test": {"recipients": [RECIPIENT]},
        },
        "target": {"file": {"path": str(site.application / f"{name.replace('/', '-')}.json")}},
    }
    write(site.root, {f"environments/{name}.yaml": json.dumps(content, indent=1)})


@pytest.fixture
def fleet(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    for tier in ("DEVELOPMENT", "STAGING", "PRODUCTION"):
        monkeypatch.setenv(f"{VARIABLE}_{tier}", PASSWORD)
    (site.root / "environments/staging.yaml").unlink()
    for name, tier in {"a/prod": "production", "b/prod": "production", "a/stage": "staging"}.items():
        member(site, name, tier)
    for letter in "wxyz":
        member(site, f"{letter}/dev", "development")
    return site


@pytest.fixture
def hanging(certificates: Certificates) -> Iterator[Callable[[int], Waiting]]:
    """A server that takes the first message, and then lets so many others wait."""
    with ExitStack() as stack:
        yield lambda number: stack.enter_context(Waiting(certificates, number))


class Waiting(Server):
    """Answers the first message, and no other; ``reached`` is set once so many wait."""

    def __init__(self, certificates: Certificates, number: int) -> None:
        self.reached = threading.Event()
        self._left = itertools.count(-1)
        self._number = number
        super().__init__(Smtp(starttls=certificates.good(), password=PASSWORD, answers={".": self._answer}))

    def _answer(self, peer: Peer) -> None:
        waiting = next(self._left) + 1
        if waiting == 0:
            peer.say("250 2.0.0 queued")
            return
        if waiting == self._number:
            self.reached.set()
        self._hold(peer)

    def _hold(self, peer: Peer) -> None:
        peer.hang()


class Holding(Waiting):
    """Answers those that wait when it may ``go_on``."""

    def __init__(self, certificates: Certificates, number: int, go_on: threading.Event) -> None:
        self._go_on = go_on
        super().__init__(certificates, number)

    def _hold(self, peer: Peer) -> None:
        self._go_on.wait(30)
        peer.say("250 2.0.0 queued")


def results(ran: Ran) -> dict[str, str]:
    assert complies(ran.document, "receipt")
    return {result["environment"]: result["result"] for result in ran.document["results"]}


def test_tier_by_tier_one_ahead_of_the_others(fleet: Site) -> None:
    project = Project(fleet.root)
    project.load()
    found = waves(project.environments.values(), (), at_once=2)
    assert [[environment.name for environment in wave] for wave in found] == [
        ["w/dev"],
        ["x/dev", "y/dev"],
        ["z/dev"],
        ["a/stage"],
        ["a/prod"],
        ["b/prod"],
    ]
    other = waves(project.environments.values(), ("staging", "development"), at_once=9)
    assert [wave[0].name for wave in other] == ["a/stage", "w/dev", "x/dev", "a/prod", "b/prod"]


@pytest.mark.parametrize("parallel", [(), ("--parallel", "3")])
def test_all_of_them_and_then_nothing_is_left(
    fleet: Site, kmconfig: Call, server: Server, parallel: tuple[str, ...]
) -> None:
    ran = kmconfig(*APPLY_ALL, *parallel)
    assert (ran.code, set(results(ran).values())) == (0, {"applied"}), ran.err
    assert len(server.messages) == 7
    assert "7 environments: 7 applied" in ran.err
    again = kmconfig(*APPLY_ALL, *parallel)
    assert (again.code, set(results(again).values())) == (0, {"unchanged"})
    assert len(server.messages) == 7
    assert len(list(fleet.application.glob("*.json"))) == 7


@pytest.mark.parametrize("parallel", [(), ("--parallel", "2")])
def test_it_stops_at_the_first_failure_and_goes_on_from_there(
    fleet: Site, kmconfig: Call, closed_port: int, parallel: tuple[str, ...]
) -> None:
    member(fleet, "x/dev", "development", port=closed_port)
    ran = kmconfig(*APPLY_ALL, *parallel)
    assert ran.code == 1
    found = results(ran)
    assert (found["w/dev"], found["x/dev"]) == ("applied", "failed")
    assert {found[name] for name in ("z/dev", "a/stage", "a/prod", "b/prod")} == {"not_started"}
    assert "not started" in ran.err
    member(fleet, "x/dev", "development")
    again = kmconfig(*APPLY_ALL, *parallel)
    assert again.code == 0
    assert results(again)["w/dev"] == "unchanged"
    assert results(again)["b/prod"] == "applied"


def test_the_one_ahead_protects_the_others(fleet: Site, kmconfig: Call, closed_port: int) -> None:
    member(fleet, "w/dev", "development", port=closed_port)
    ran = kmconfig(*APPLY_ALL, "--parallel", "8")
    assert [result for result in results(ran).values() if result != "not_started"] == ["failed"]
    assert list(fleet.application.glob("*.json")) == []


def test_keep_going(fleet: Site, kmconfig: Call, closed_port: int) -> None:
    member(fleet, "x/dev", "development", port=closed_port)
    ran = kmconfig(*APPLY_ALL, "--keep-going", "--parallel", "2")
    assert ran.code == 1
    assert sorted(results(ran).values()) == ["applied"] * 6 + ["failed"]


def test_what_each_one_says_stays_together(fleet: Site, kmconfig: Call) -> None:
    ran = kmconfig("apply", "--all", "--yes", "--parallel", "4")
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    began = lines.index(next(line for line in lines if line.startswith("y/dev →")))
    ended = lines.index(next(line for line in lines if line.startswith("y/dev: applied")))
    assert not any(f"{letter}/dev" in line for line in lines[began:ended] for letter in "wxz")
    assert fleet.root.exists()


def test_no_secret_in_what_processes_say(fleet: Site, kmconfig: Call, closed_port: int) -> None:
    member(fleet, "x/dev", "development", port=closed_port)
    ran = kmconfig("apply", "--all", "--yes", "--parallel", "4", "--keep-going", "-vvv")
    assert PASSWORD not in ran.out + ran.err


def test_parallel_cannot_ask(kmconfig: Call) -> None:
    assert kmconfig("apply", "--all", "--parallel", "2").code == 64


@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_every_environment_is_in_exactly_one_shard(count: int) -> None:
    names = [f"tenant-{number}" for number in range(7)]
    parts = [Shard(number, count).of(list(reversed(names))) for number in range(1, count + 1)]
    assert sorted(name for part in parts for name in part) == names
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2", "1/99999"])
def test_no_shard(kmconfig: Call, text: str) -> None:
    with pytest.raises(UsageError):
        Shard.parse(text)
    assert kmconfig("apply", "--all", "--yes", "--shard", text).code == 64


def test_shards_together_apply_everything(fleet: Site, kmconfig: Call) -> None:
    done: dict[str, str] = {}
    for number in (1, 2, 3):
        done |= results(kmconfig(*APPLY_ALL, "--shard", f"{number}/3"))
    assert len(done) == 7
    assert set(done.values()) == {"applied"}
    empty = kmconfig("apply", "a/stage", "--yes", "--shard", "2/2", "--format", "json")
    assert (empty.code, empty.document["results"]) == (0, [])
    assert "no environment belongs to this part" in empty.err
    assert fleet.root.exists()


def interrupted(
    fleet: Site, names: list[str], server: Waiting, number: signal.Signals, *, parallel: int
) -> tuple[str, str]:
    """What an apply prints that gets a signal when the server lets its messages wait, to stdout and to stderr."""
    options = ("--yes", "--parallel", str(parallel), "--format", "json")
    with subprocess.Popen(
        [sys.executable, "-m", "kmconfig", "-C", str(fleet.root), "apply", *names, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert server.reached.wait(30)
        os.killpg(process.pid, number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, (out, err)
    return out, err


def test_an_interrupt_ends_all_of_them_well(fleet: Site, hanging: Callable[[int], Waiting]) -> None:
    server = hanging(3)
    for letter in "wxyz":
        member(fleet, f"{letter}/dev", "development", port=server.port)
    before = sorted(path.name for path in fleet.application.iterdir())
    names = [f"{letter}/dev" for letter in "wxyz"]
    out, err = interrupted(fleet, names, server, signal.SIGINT, parallel=3)
    assert "Traceback" not in err
    left = [path.name for path in fleet.application.iterdir() if path.suffix == ".json"]
    assert left == ["w-dev.json"], (before, out, err)
    found = {result["environment"]: result["result"] for result in json.loads(out)["results"]}
    assert found == {"w/dev": "applied"} | {f"{letter}/dev": "rolled_back" for letter in "xyz"}
    assert "4 environments: 3 rolled back, 1 applied" in err
    assert fleet.leftovers() == []


@pytest.mark.parametrize("parallel", [1, 2])
def test_what_an_interrupt_leaves_out_is_said(fleet: Site, hanging: Callable[[int], Waiting], parallel: int) -> None:
    server = hanging(1)
    names = [f"{letter}/dev" for letter in "wxyz"]
    for name in names:
        member(fleet, name, "development", port=server.port)
    out, _err = interrupted(fleet, names, server, signal.SIGTERM, parallel=parallel)
    found = {result["environment"]: result["result"] for result in json.loads(out)["results"]}
    assert sorted(found) == names
    assert (found["w/dev"], found["z/dev"]) == ("applied", "not_started")
    assert "rolled_back" in found.values()
    assert fleet.leftovers() == []


def test_processes_whose_command_was_killed_end_what_they_do_and_then_themselves(
    fleet: Site, certificates: Certificates
) -> None:
    go_on, names = threading.Event(), [f"{letter}/dev" for letter in "wxyz"]
    with Holding(certificates, 3, go_on) as server:
        for name in names:
            member(fleet, name, "development", port=server.port)
        command = [sys.executable, "-m", "kmconfig", "-C", str(fleet.root), "apply", *names, "--yes", "--parallel", "3"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
            try:
                assert server.reached.wait(30)
                process.kill()
                go_on.set()
                # What ends here is the output, which all of its processes hold.
                process.communicate(timeout=30)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    assert {path.name for path in fleet.application.glob("*.json")} == {f"{letter}-dev.json" for letter in "wxyz"}
    assert fleet.leftovers() == []
