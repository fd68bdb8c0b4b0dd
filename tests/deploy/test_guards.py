"""Where a login may not go, and which programs may not run, for `test` and `apply` alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.mail import reach
from tests.deploy.site import LIVE, everything

if TYPE_CHECKING:
    from tests.cli.running import Call
    from tests.deploy.site import Site
    from tests.mail.servers import Server

OTHER = "mail.acme.test"


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of the tests lead to this machine."""
    monkeypatch.setattr(reach, "system_addresses", lambda _: ["127.0.0.1"])


COMMANDS = pytest.mark.parametrize("command", [("apply", "--yes"), ("test",), ("test", "--no-send")])


@COMMANDS
def test_in_production_a_login_does_not_go_to_another_server_than_the_live_one(
    site: Site, kmconfig: Call, server: Server, command: tuple[str, ...]
) -> None:
    site.configure("production", tier="production", host=OTHER)
    before = everything(site.root, site.application)
    ran = kmconfig(*command, "production")
    assert ran.code == 3
    assert "--approve host-change" in ran.err
    assert f"`{OTHER}`; production uses `localhost` now" in ran.err
    assert server.connections == 0
    assert everything(site.root, site.application) == before
    assert kmconfig(*command, "production", "--approve", "host-change").code == 0
    assert server.said("AUTH")


@COMMANDS
def test_the_live_server_may_have_the_login_however_it_is_written(
    site: Site, kmconfig: Call, command: tuple[str, ...]
) -> None:
    site.env.write_bytes(LIVE.replace(b"MAIL_HOST=localhost", b"MAIL_HOST=Mail.ACME.test"))
    site.configure("production", tier="production", host=OTHER)
    assert kmconfig(*command, "production").code == 0


@COMMANDS
def test_the_address_that_beats_the_host_is_the_live_server(
    site: Site, kmconfig: Call, server: Server, command: tuple[str, ...]
) -> None:
    live = LIVE.replace(b"MAIL_HOST=localhost", b"MAIL_HOST=mail.acme.test\nMAIL_URL=smtp://a:b@smtp.acme.test:587")
    site.env.write_bytes(live)
    site.configure("production", tier="production", host=OTHER)
    ran = kmconfig(*command, "production")
    assert ran.code == 3
    assert "production uses `smtp.acme.test` now" in ran.err
    assert server.connections == 0


@COMMANDS
def test_other_tiers_may_change_their_server(site: Site, kmconfig: Call, command: tuple[str, ...]) -> None:
    site.configure(host=OTHER)
    assert kmconfig(*command, "staging").code == 0


def test_a_test_where_the_live_server_is_not_known(site: Site, kmconfig: Call, server: Server) -> None:
    site.configure("production", tier="production", host=OTHER)
    site.env.unlink()
    ran = kmconfig("test", "production")
    assert ran.code == 3
    assert "could not be read" in ran.err
    assert server.connections == 0
    assert kmconfig("test", "production", "--approve", "host-change").code == 0
    site.policy(hosts=[OTHER])
    assert kmconfig("test", "production").code == 0


@COMMANDS
@pytest.mark.parametrize("tier", ["development", "staging", "production"])
def test_policy_names_the_only_servers(
    site: Site, kmconfig: Call, server: Server, command: tuple[str, ...], tier: str
) -> None:
    site.policy(hosts=["smtp.acme.test"])
    # Not even the secret is read.
    site.configure(tier, tier=tier, host=OTHER, password={"env": "KM_NOT_SET"})
    ran = kmconfig(*command, tier, "--approve", "host-change")
    assert ran.code == 3
    assert "policy.hosts" in ran.err
    assert server.connections == 0
    assert site.env.read_bytes() == LIVE


@COMMANDS
def test_policy_is_no_matter_of_case(site: Site, kmconfig: Call, command: tuple[str, ...]) -> None:
    site.policy(hosts=["LocalHost"])
    assert kmconfig(*command, "staging").code == 0


@pytest.mark.parametrize("name", ["reload", "verify"])
@COMMANDS
def test_policy_names_the_only_programs(
    site: Site, kmconfig: Call, server: Server, command: tuple[str, ...], name: str
) -> None:
    commands: dict[str, Any] = {name: [["touch", "ran"]]}
    site.configure(**commands)
    site.policy(commands=["php"])
    ran = kmconfig(*command, "staging")
    assert ran.code == 3
    assert "`policy.commands` does not allow `touch`" in ran.err
    assert server.connections == 0
    assert not (site.application / "ran").exists()
    site.policy(commands=["php", "touch"])
    assert kmconfig(*command, "staging").code == 0


def test_keys_of_others_are_guarded(site: Site, kmconfig: Call) -> None:
    ran = kmconfig("apply", "staging", "--yes", "--approve", "no-such-guard")
    assert ran.code == 64
    assert "host-change" in ran.err


def test_a_guard_shows_in_the_plan(site: Site, kmconfig: Call) -> None:
    site.configure("production", tier="production", host=OTHER)
    (guard,) = kmconfig("plan", "production", "--format", "json").result["guards"]
    assert guard["name"] == "host-change"
