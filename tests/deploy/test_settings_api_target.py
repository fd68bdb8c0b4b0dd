"""Plan, apply, roll back and end killed runs through a settings interface."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.deploy.endings import APPLY, complies, steps
from tests.deploy.settings_apis import aim, applied, set_keys
from tests.deploy.site import PASSWORD, VARIABLE
from tests.servers import settings_api_faults as faults
from tests.servers.settings_api import KEY, Key, Offers, SettingsApi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.running import Call
    from tests.deploy.site import Site
    from tests.servers.settings_api import Handler, Misbehaviour

OFFERS = [Offers(), Offers(etag=False), Offers(etag=False, versions=True, marks=True)]


@pytest.fixture
def api(request: pytest.FixtureRequest, site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[SettingsApi]:
    set_keys(monkeypatch)
    with SettingsApi(offers=getattr(request, "param", Offers())) as running:
        aim(site, running)
        yield running


@pytest.mark.parametrize("api", OFFERS, indirect=True)
def test_plan_apply_and_apply_again(site: Site, api: SettingsApi, kmconfig: Call) -> None:
    planned = kmconfig("plan", "staging", "--detailed-exitcode", "--format", "json")
    assert planned.code == 2, planned.err
    assert complies(planned.document, "plan")
    assert set(api.requests) == {"GET"}
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
    assert complies(ran.document, "receipt")
    assert api.everything == applied(site)
    assert (api.requests.count("PUT"), len(site.server.messages)) == (1, 1)
    again = kmconfig(*APPLY)
    assert (again.code, again.result["result"]) == (0, "unchanged"), again.err
    assert (api.requests.count("PUT"), len(site.server.messages)) == (1, 1)
    assert kmconfig("plan", "staging", "--detailed-exitcode").code == 0
    assert site.leftovers() == []


def test_a_new_password_alone(site: Site, api: SettingsApi, kmconfig: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kmconfig(*APPLY).code == 0
    site.server.messages.clear()
    api.secrets["smtp_password"] = "an older one"
    monkeypatch.setenv("KM_FINGERPRINT_KEY", "another key of more than sixteen bytes")
    planned = kmconfig("plan", "staging", "--format", "json").result["operations"]
    assert [operation["key"] for operation in planned] == ["smtp_password"]
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
    assert api.secrets["smtp_password"] == PASSWORD
    assert len(site.server.messages) == 1


class Case(NamedTuple):
    """A write that goes wrong: the exit code, the result, and whether the settings are the old ones afterwards."""

    fault: Misbehaviour
    code: int
    result: str
    before: bool = True


FAULTS = {
    "200 with an error code": Case(faults.code(651, errors={"smtp_host": ["No."]}), 3, "failed"),
    "200 with an unknown code": Case(faults.code(200), 5, "failed"),
    "HTML, 200": Case(faults.html(200), 5, "failed"),
    "HTML, 200, written": Case(faults.html(200, written=True), 7, "unknown"),
    "HTML, 500": Case(faults.html(500), 5, "failed"),
    "timeout before the write": Case(faults.hang(written=False), 5, "failed"),
    "timeout after the write": Case(faults.hang(written=True), 7, "unknown"),
    "503": Case(faults.busy(503), 5, "failed"),
    "502, written": Case(faults.busy(502, written=True), 7, "unknown"),
    "a partial write": Case(faults.partial("smtp_port", "encryption"), 7, "unknown"),
    "cut off": Case(faults.cut_off, 7, "unknown"),
    "gzip bomb": Case(faults.gzip_bomb, 7, "unknown"),
    "huge": Case(faults.huge, 7, "unknown"),
    "redirect": Case(faults.redirect("https://elsewhere.test/"), 5, "failed"),
    "key of another environment": Case(faults.code(100, status=401), 5, "failed"),
    "permission lost": Case(faults.code(102, status=401), 5, "failed"),
    "changed in that moment": Case(faults.code(412, status=412), 3, "failed"),
}


@pytest.mark.parametrize("case", FAULTS.values(), ids=FAULTS.keys())
def test_no_fault_passes_for_a_success(site: Site, api: SettingsApi, kmconfig: Call, case: Case) -> None:
    aim(site, api, timeout="1s")
    before = dict(api.settings)
    api.misbehave["PUT"].append(case.fault)
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (case.code, case.result), ran.err
    assert complies(ran.document, "receipt")
    assert {name: value for name, value in api.settings.items() if value is not None} == before
    assert site.server.messages == []
    told = f"{ran.out}{ran.err}"
    assert KEY not in told
    assert PASSWORD not in told
    ended = kmconfig(*APPLY)
    assert (ended.code, ended.result["result"]) == (0, "applied"), ended.err
    assert api.everything == applied(site)
    assert len(site.server.messages) == 1


@pytest.mark.parametrize("offers", [Offers(), Offers(marks=True)])
def test_a_fault_without_a_password_is_rolled_back(
    site: Site, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, offers: Offers
) -> None:
    set_keys(monkeypatch)
    with SettingsApi(offers=offers) as api:
        aim(site, api)
        assert kmconfig(*APPLY).code == 0
        api.take({"sender_name": "Other", "managed": {"by": "staging", "change": "ours"}})
        site.server.messages.clear()
        before = api.everything
        api.misbehave["PUT"].append(faults.html(200, written=True))
        ran = kmconfig(*APPLY)
        assert (ran.code, ran.result["result"]) == (6, "rolled_back"), ran.err
        assert steps(ran)[-1] == ("restore", "restored")
        assert api.everything == before
        assert site.leftovers() == []


def test_throttling_is_waited_for(site: Site, api: SettingsApi, kmconfig: Call) -> None:
    for method in ("GET", "PUT"):
        api.misbehave[method].append(faults.busy(429, Retry_After="0"))
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
    assert api.requests.count("PUT") == 2


def test_a_change_by_somebody_else_between_plan_and_write(site: Site, api: SettingsApi, kmconfig: Call) -> None:
    saved = site.root.parent / "staging.plan"
    assert kmconfig("plan", "staging", "--save", saved).code == 0
    api.change(smtp_host="by.hand.test")
    ran = kmconfig("apply", "staging", "--plan", saved, "--yes", "--format", "json")
    assert ran.code == 3, ran.err
    assert "PUT" not in api.requests
    assert api.settings["smtp_host"] == "by.hand.test"


def test_a_login_that_is_refused_changes_nothing(
    site: Site, api: SettingsApi, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "not the password")
    ran = kmconfig(*APPLY)
    assert ran.code == 1, ran.err
    assert "PUT" not in api.requests
    assert api.secrets["smtp_password"] == "an older password"


@pytest.mark.parametrize("verbosity", ["-q", "", "-vvv"])
@pytest.mark.parametrize("command", ["plan", "apply"])
def test_no_secret_is_told(site: Site, api: SettingsApi, kmconfig: Call, command: str, verbosity: str) -> None:
    hostile = {"smtp_password": [f"{PASSWORD} and {KEY}"]}
    api.misbehave["PUT"].append(faults.code(651, errors=hostile))
    if command == "plan":
        api.keys = {KEY: Key(active=False)}
    words = (command, "staging", *(["--yes"] if command == "apply" else []), *([verbosity] if verbosity else []))
    ran = kmconfig(*words)
    assert ran.code == (5 if command == "plan" else 3)
    written = [path.read_text(errors="replace") for path in site.root.rglob("*") if path.is_file()]
    for told in (ran.out, ran.err, *written):
        assert PASSWORD not in told
        assert KEY not in told


@pytest.mark.parametrize("api", OFFERS, indirect=True)
def test_drift_is_seen_and_never_healed(site: Site, api: SettingsApi, kmconfig: Call) -> None:
    assert kmconfig(*APPLY).code == 0
    assert kmconfig("drift", "staging").code == 0
    api.change(smtp_host="by.hand.test")
    api.requests.clear()
    ran = kmconfig("drift", "staging", "--format", "json")
    assert ran.code in (2, 5), ran.err
    classes = {difference["key"]: difference["class"] for difference in ran.result["differences"]}
    assert classes["smtp_host"] == "external"
    # Where the server keeps marks, it is known that the password may be another one too.
    assert classes.get("smtp_password") == ("unreadable" if api.offers.marks else None)
    assert set(api.requests) == {"GET"}


@pytest.mark.parametrize("api", OFFERS, indirect=True)
def test_a_rollback_brings_back_all_that_can_be_read(site: Site, api: SettingsApi, kmconfig: Call) -> None:
    before = dict(api.settings)
    assert kmconfig(*APPLY).code == 0
    ran = kmconfig("rollback", "staging", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
    assert complies(ran.document, "receipt")
    assert {name: value for name, value in api.settings.items() if value is not None} == before
    assert api.secrets["smtp_password"] == PASSWORD
    assert "`email.smtp.password` stays as it is now" in ran.err
    assert site.leftovers() == []


def test_a_run_that_is_in_doubt_is_resumed(site: Site, api: SettingsApi, kmconfig: Call) -> None:
    api.misbehave["PUT"].append(faults.html(200, written=True))
    assert kmconfig(*APPLY).code == 7
    ran = kmconfig("apply", "staging", "--resume", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
    assert api.everything == applied(site)
    assert site.leftovers() == []


def test_an_interface_of_another_environment_is_refused(
    site: Site, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_keys(monkeypatch)
    with SettingsApi(offers=Offers(marks=True)) as api:
        api.take({"managed": {"by": "production", "change": "of theirs"}})
        aim(site, api)
        ran = kmconfig(*APPLY)
        assert ran.code == 3, ran.err
        assert "production" in ran.err
        assert "PUT" not in api.requests


def test_two_applies_at_once(site: Site, api: SettingsApi, kmconfig: Call) -> None:
    """The second starts while the first is about to write."""
    seconds: list[int] = []

    def meanwhile(handler: Handler) -> None:
        api.misbehave["PUT"].clear()
        done = subprocess.run(
            [sys.executable, "-m", "kmconfig", "-C", str(site.root), "apply", "staging", "--yes"],
            check=False,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        seconds.append(done.returncode)
        status, document = handler.usual()
        handler.reply(status, json.dumps(document).encode())

    aim(site, api, timeout="30s")
    api.misbehave["PUT"].append(meanwhile)
    first = kmconfig(*APPLY)
    assert (first.code, first.result["result"]) == (0, "applied"), first.err
    assert seconds == [4]
    assert api.requests.count("PUT") == 1
