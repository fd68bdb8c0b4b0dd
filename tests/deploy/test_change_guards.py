"""What production refuses until it is approved by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.deploy.guards import GUARDS
from tests.deploy.site import LIVE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.running import Call
    from tests.deploy.site import Site

APPLIED = b"MAIL_FROM_ADDRESS=licensing@acme.test\n"


def production(site: Site, **changes: Any) -> None:
    site.configure("production", tier="production", **changes)


def guards(kmconfig: Call) -> dict[str, str]:
    ran = kmconfig("plan", "production", "--format", "json")
    assert ran.code == 0, ran.err
    plan = ran.result
    assert plan["approve"] == " ".join(f"--approve {guard['name']}" for guard in plan["guards"])
    return {guard["name"]: guard["reason"] for guard in plan["guards"]}


CASES: list[tuple[Callable[[bytes], bytes], str, str]] = [
    (lambda live: live.replace(b"MAIL_HOST=localhost", b"MAIL_HOST=a.test"), "host-change", "production uses `a.test`"),
    (
        lambda live: live.replace(b"=smtp", b"=ses"),
        "driver-change",
        "mail would leave by `smtp`; production uses `ses`",
    ),
    (
        lambda live: live + b"MAIL_FROM_ADDRESS=a@other.test\n",
        "sender-domain-change",
        "production sends as `other.test`",
    ),
]


@pytest.mark.parametrize(("arrange", "name", "said"), CASES)
def test_a_change_of_the_way(
    site: Site, kmconfig: Call, arrange: Callable[[bytes], bytes], name: str, said: str
) -> None:
    production(site)
    site.env.write_bytes(arrange(LIVE))
    assert said in guards(kmconfig)[name]
    refused = kmconfig("apply", "production", "--yes")
    assert (refused.code, f"--approve {name}" in refused.err) == (3, True)
    approved = [word for guard in guards(kmconfig) for word in ("--approve", guard)]
    ran = kmconfig("apply", "production", "--yes", "--format", "json", *approved)
    assert ran.code == 0, ran.err
    assert name in ran.result["approvals"]
    assert kmconfig("apply", "production", "--yes").code == 0


@pytest.mark.parametrize(("arrange", "name", "said"), CASES)
def test_other_tiers_are_free(
    site: Site, kmconfig: Call, arrange: Callable[[bytes], bytes], name: str, said: str
) -> None:
    assert name
    assert said
    site.env.write_bytes(arrange(LIVE))
    assert kmconfig("plan", "staging", "--format", "json").result["guards"] == []


def test_mail_without_a_login_goes_to_another_server(site: Site, kmconfig: Call) -> None:
    production(site, username=None, password=None)
    site.env.write_bytes(b"MAIL_MAILER=smtp\nMAIL_HOST=relay.acme.test\nMAIL_FROM_ADDRESS=licensing@acme.test\n")
    said = "all mail would go to `localhost`; production uses `relay.acme.test` now"
    assert guards(kmconfig) == {"host-change": said}


def test_encryption_is_turned_off(site: Site, kmconfig: Call) -> None:
    site.env.write_bytes(LIVE + b"MAIL_ENCRYPTION=tls\n")
    production(site, encryption="none", username=None, password=None)
    assert "cross the network in clear" in guards(kmconfig)["encryption-off"]


def test_what_mail_needs_is_taken_away(site: Site, kmconfig: Call) -> None:
    production(site, username=None, password=None)
    site.env.write_bytes(LIVE + b"MAIL_USERNAME=apikey\n")
    assert guards(kmconfig)["required-removal"].startswith("MAIL_USERNAME, MAIL_PASSWORD would be taken away")


@pytest.mark.parametrize("mailer", [b"log", b"array", b"null", b'""'])
def test_a_first_real_driver_needs_nobodys_approval(site: Site, kmconfig: Call, mailer: bytes) -> None:
    site.env.write_bytes(LIVE.replace(b"=smtp", b"=" + mailer))
    production(site)
    assert guards(kmconfig) == {}


def test_the_target_of_another_environment(site: Site, kmconfig: Call) -> None:
    assert kmconfig("apply", "staging", "--yes").code == 0
    site.configure("development", tier="development", ehlo_domain="licenses.acme.test")
    ran = kmconfig("apply", "development", "--yes")
    assert (ran.code, "`staging`, which was applied there last" in ran.err) == (3, True)
    assert kmconfig("apply", "development", "--yes", "--approve", "foreign-target").code == 0
    site.configure("development", tier="development")
    assert kmconfig("apply", "development", "--yes").code == 0


def test_a_guard_that_nobody_has(kmconfig: Call) -> None:
    ran = kmconfig("apply", "staging", "--yes", "--approve", "everything")
    assert ran.code == 64
    assert all(name in ran.err for name in GUARDS)


def test_without_a_change_no_guard_stands_in_the_way(site: Site, kmconfig: Call) -> None:
    production(site, encryption="tls")
    assert kmconfig("apply", "production", "--yes").code == 0
    assert guards(kmconfig) == {}
