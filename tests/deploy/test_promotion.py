"""What production shares with staging has been applied in staging first."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.deploy.plan import digest_of
from tests.cli.running import write
from tests.deploy.site import PASSWORD, RECIPIENT, SENDER, VARIABLE

if TYPE_CHECKING:
    from tests.cli.running import Call, Ran
    from tests.deploy.site import Site


@pytest.fixture(autouse=True)
def _stages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("development", "staging", "production"):
        monkeypatch.setenv(variable_of(name), PASSWORD)
    project(site)
    layer(site)
    for name in ("staging", "production"):
        environment(site, name)


def variable_of(name: str) -> str:
    """Each tier has a login of its own."""
    return f"{VARIABLE}_{name.upper()}"


def project(site: Site, **more: Any) -> None:
    content = {"version": 1, "promotion": ["development", "staging", "production"], **more}
    write(site.root, {"kmconfig.yaml": json.dumps(content)})


def layer(site: Site, **smtp: Any) -> None:
    """What both share."""
    settings = {"port": site.server.port, "timeout": "5s", **smtp}
    content = {"version": 1, "email": {"smtp": settings, "reply_to": "support@acme.test"}}
    write(site.root, {"environments/base.yaml": json.dumps(content)})


def environment(site: Site, name: str, **smtp: Any) -> None:
    """What is its own."""
    content = {
        "version": 1,
        "extends": "base.yaml",
        "tier": name,
        "application": {"name": "Acme License Portal", "url": f"https://{name}.acme.test"},
        "email": {
            "smtp": {"host": "localhost", "username": "apikey", "password": {"env": variable_of(name)}, **smtp},
            "sender": {"email": SENDER, "dkim_selectors": ["s1"]},
            "test": {"recipients": [RECIPIENT]},
        },
        "target": {"file": {"path": str(site.application / f"{name}.json")}},
    }
    write(site.root, {f"environments/{name}.yaml": json.dumps(content)})


def apply(kmconfig: Call, name: str, *more: str) -> Ran:
    return kmconfig("apply", name, "--yes", "--format", "json", *more)


def test_production_waits_for_staging(kmconfig: Call) -> None:
    skipped = apply(kmconfig, "staging", "--skip-promotion", "there is no development")
    assert skipped.code == 0, skipped.err
    assert "promotion from development was skipped: there is no development" in skipped.result["remarks"]
    ran = apply(kmconfig, "production")
    assert ran.code == 0, ran.err
    assert ran.result["remarks"] == [f"promoted after run {skipped.result['run']} of `staging`"]


def test_nothing_was_applied_before(kmconfig: Call, site: Site) -> None:
    ran = apply(kmconfig, "production")
    assert (ran.code, "no environment of the tier `staging` has a receipt" in ran.err) == (3, True)
    assert not (site.application / "production.json").exists()


def test_something_shared_is_new(kmconfig: Call, site: Site) -> None:
    assert apply(kmconfig, "staging", "--skip-promotion", "there is no development").code == 0
    layer(site, timeout="9s")
    ran = apply(kmconfig, "production")
    assert (ran.code, "had another `email.smtp.timeout`" in ran.err) == (3, True)
    environment(site, "production", timeout="5s")
    assert apply(kmconfig, "production").code == 0


def test_what_staging_has_as_its_own_is_aside(kmconfig: Call, site: Site) -> None:
    environment(site, "staging", timeout="4s")
    assert apply(kmconfig, "staging", "--skip-promotion", "there is no development").code == 0
    assert apply(kmconfig, "production").code == 0


def test_it_is_too_long_ago(kmconfig: Call, site: Site) -> None:
    assert apply(kmconfig, "staging", "--skip-promotion", "there is no development").code == 0
    (receipt,) = site.receipts
    document = json.loads(receipt.read_text(encoding="utf-8"))
    document["started"] = (datetime.now(UTC) - timedelta(days=31, hours=1)).isoformat()
    document.pop("digest")
    receipt.write_text(json.dumps(document | {"digest": digest_of(document)}), encoding="utf-8")
    ran = apply(kmconfig, "production")
    assert (ran.code, "is 31 days old, and 30 are allowed" in ran.err) == (3, True)
    project(site, promotion_max_age="90d")
    assert apply(kmconfig, "production").code == 0


def test_a_run_without_a_test_message_proves_nothing(kmconfig: Call) -> None:
    skipped = ("--skip-promotion", "there is no development")
    assert apply(kmconfig, "staging", *skipped, "--no-test-send", "the mail server is down").code == 0
    ran = apply(kmconfig, "production")
    assert (ran.code, "sent no test message" in ran.err) == (3, True)


def test_a_receipt_that_was_tampered_with_proves_nothing(kmconfig: Call, site: Site) -> None:
    assert apply(kmconfig, "staging", "--skip-promotion", "there is no development").code == 0
    (receipt,) = site.receipts
    receipt.write_text(receipt.read_text(encoding="utf-8").replace("5s", "9s"), encoding="utf-8")
    layer(site, timeout="9s")
    ran = apply(kmconfig, "production")
    assert (ran.code, "was changed after it was written" in ran.err) == (3, True)


def test_the_first_stage_waits_for_nobody(kmconfig: Call, site: Site) -> None:
    environment(site, "development")
    assert apply(kmconfig, "development", "--skip-promotion", "why not").code == 64
    assert apply(kmconfig, "development").code == 0
    assert apply(kmconfig, "staging").code == 0


def test_a_reason_is_a_reason(kmconfig: Call) -> None:
    assert apply(kmconfig, "production", "--skip-promotion", " ").code == 64


def test_what_is_in_place_needs_no_promotion(kmconfig: Call) -> None:
    assert apply(kmconfig, "production", "--skip-promotion", "first of all").code == 0
    ran = apply(kmconfig, "production")
    assert (ran.code, ran.result["result"]) == (0, "unchanged")


def test_a_fleet_may_skip_it_where_one_of_them_needs_it(site: Site, kmconfig: Call) -> None:
    environment(site, "development")
    ran = kmconfig("apply", "--all", "--yes", "--skip-promotion", "the mail server burns", "--format", "json")
    assert ran.code == 0, ran.err
    remarks = {result["environment"]: " ".join(result["remarks"]) for result in ran.document["results"]}
    assert "skipped" not in remarks["development"]
    assert all("skipped: the mail server burns" in remarks[name] for name in ("staging", "production"))
