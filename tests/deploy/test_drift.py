"""Live targets against what was applied and what the files say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.running import write
from tests.deploy.endings import APPLY, complies
from tests.deploy.killed import Killer
from tests.deploy.site import LIVE, everything

if TYPE_CHECKING:
    from tests.cli.running import Call, Ran
    from tests.deploy.site import Site
    from tests.deploy.vaults import AgedVault

DRIFT = ("drift", "staging", "--format", "json")


@pytest.fixture
def applied(site: Site, kmconfig: Call) -> str:
    ran = kmconfig(*APPLY)
    assert ran.code == 0, ran.err
    return str(ran.result["run"])


def classes(ran: Ran) -> dict[str, str]:
    assert complies(ran.document, "drift")
    return {difference["key"]: difference["class"] for difference in ran.result["differences"]}


def replace(site: Site, old: bytes, new: bytes) -> None:
    live = site.env.read_bytes()
    assert old in live
    site.env.write_bytes(live.replace(old, new))


def test_nothing_has_changed(site: Site, kmconfig: Call, applied: str) -> None:
    before = everything(site.root, site.application)
    ran = kmconfig(*DRIFT)
    assert (ran.code, ran.result["result"], ran.result["run"], classes(ran)) == (0, "clean", applied, {})
    assert everything(site.root, site.application) == before


@pytest.mark.usefixtures("applied")
def test_somebody_has_changed_the_target(site: Site, kmconfig: Call) -> None:
    replace(site, b"MAIL_HOST=localhost", b"MAIL_HOST=mail.acme.test")
    replace(site, b"MAIL_USERNAME=apikey\n", b"")
    ran = kmconfig(*DRIFT)
    assert (ran.code, ran.result["result"]) == (2, "drift")
    assert classes(ran) == {"MAIL_HOST": "external", "MAIL_USERNAME": "external"}
    text = kmconfig("drift", "staging")
    assert 'live "mail.acme.test", expected "localhost"' in text.out


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize("line", [b"MAIL_URL=smtp://mail.evil.test\n", b"MAIL_HOST=localhost\n"])
def test_somebody_has_put_a_line_in(site: Site, kmconfig: Call, line: bytes) -> None:
    site.env.write_bytes(site.env.read_bytes() + line)
    key = line.split(b"=")[0].decode()
    assert classes(kmconfig(*DRIFT)) == {key: "external"}
    words = {"MAIL_URL": "- MAIL_URL  (set)", "MAIL_HOST": '~ MAIL_HOST  "localhost", written anew'}
    assert words[key] in kmconfig("plan", "staging").out


@pytest.mark.usefixtures("applied")
def test_nobody_has_applied_the_files(site: Site, kmconfig: Call) -> None:
    site.configure(ehlo_domain="licenses.acme.test")
    replace(site, b"MAIL_HOST=localhost", b"MAIL_HOST=mail.acme.test")
    assert classes(kmconfig(*DRIFT)) == {"MAIL_EHLO_DOMAIN": "unapplied", "MAIL_HOST": "external"}


def test_never_applied(site: Site, kmconfig: Call) -> None:
    ran = kmconfig(*DRIFT)
    assert (ran.code, set(classes(ran).values()), ran.result["run"]) == (2, {"unapplied"}, None)


@pytest.mark.usefixtures("applied")
def test_what_cannot_be_read_is_never_clean(site: Site, kmconfig: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KM_SMTP_PASSWORD")
    ran = kmconfig(*DRIFT)
    assert (ran.code, ran.result["result"], classes(ran)) == (5, "unknown", {"": "unreadable"})
    site.env.unlink()
    assert kmconfig(*DRIFT).code == 5


def test_a_run_that_was_left_open_is_never_clean(site: Site, kmconfig: Call) -> None:
    site.configure(reload=[["true"]])
    with Killer() as killer:
        assert killer.run(site, *APPLY, at=1, events=("subprocess.Popen",), about="true") is None
    ran = kmconfig(*DRIFT)
    assert (ran.code, ran.result["result"], classes(ran)) == (5, "unknown", {})
    assert "did not come to its end" in "".join(ran.result["notes"])
    assert "not certain" in kmconfig("drift", "staging").out
    replace(site, b"apikey", b"somebody")
    ran = kmconfig(*DRIFT)
    assert (ran.code, ran.result["result"], list(classes(ran))) == (5, "unknown", ["MAIL_USERNAME"])
    replace(site, b"somebody", b"apikey")
    assert kmconfig("apply", "staging", "--resume", "--yes").code == 0
    assert kmconfig(*DRIFT).code == 0


@pytest.mark.usefixtures("applied")
def test_a_secret_that_was_changed_in_the_target(site: Site, kmconfig: Call) -> None:
    replace(site, b"correct horse battery", b"somebody's own password")
    ran = kmconfig(*DRIFT)
    assert classes(ran) == {"MAIL_PASSWORD": "external"}
    assert "somebody's own" not in ran.out + ran.err


@pytest.mark.usefixtures("applied")
def test_a_secret_that_was_changed_where_it_comes_from(
    site: Site, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KM_SMTP_PASSWORD", "the next password")
    assert classes(kmconfig(*DRIFT)) == {"MAIL_PASSWORD": "secret-rotated"}


@pytest.mark.parametrize("keyed", [False, True])
def test_a_secret_with_versions(
    site: Site, kmconfig: Call, vault: AgedVault, request: pytest.FixtureRequest, *, keyed: bool
) -> None:
    if keyed:
        request.getfixturevalue("with_key")
    assert kmconfig(*APPLY).code == 0
    vault.write("the next password")
    assert classes(kmconfig(*DRIFT)) == {"MAIL_PASSWORD": "secret-rotated"}
    replace(site, b"correct horse battery", b"somebody's own password")
    expected = "external" if keyed else "secret-rotated"
    assert classes(kmconfig(*DRIFT)) == {"MAIL_PASSWORD": expected}


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize(
    ("until", "environment", "code"),
    [("2999-12-31", None, 0), ("2999-12-31", "staging", 0), ("2999-12-31", "production", 2), ("2020-01-01", None, 2)],
)
def test_what_is_accepted_for_a_while(
    site: Site, kmconfig: Call, until: str, environment: str | None, code: int
) -> None:
    ignore: dict[str, Any] = {"setting": "MAIL_HOST", "reason": "the provider moves us", "until": until}
    if environment is not None:
        ignore["environment"] = environment
    write(site.root, {"kmconfig.yaml": json.dumps({"version": 1, "drift": {"ignore": [ignore]}})})
    replace(site, b"MAIL_HOST=localhost", b"MAIL_HOST=mail.acme.test")
    ran = kmconfig(*DRIFT)
    assert (ran.code, classes(ran)) == (code, {"MAIL_HOST": "external"})
    (difference,) = ran.result["differences"]
    assert (difference["ignored"] is not None) is (code == 0)
    if until < "2021":
        assert "which is over" in ran.result["notes"][-1]


def test_several_environments(site: Site, kmconfig: Call) -> None:
    assert kmconfig(*APPLY).code == 0
    site.configure("other", tier="development", target={"file": {"path": str(site.application / "other.json")}})
    site.configure()
    ran = kmconfig("drift", "--all", "--format", "json")
    assert ran.code == 2
    assert {result["environment"]: result["result"] for result in ran.document["results"]} == {
        "other": "drift",
        "staging": "clean",
    }


def test_hostile_text_from_the_target_stays_text(site: Site, kmconfig: Call) -> None:
    site.env.write_bytes(LIVE.replace(b"MAIL_HOST=localhost", 'MAIL_HOST="\x1b[31m::error::\u202e"'.encode()))
    ran = kmconfig("drift", "staging")
    assert ran.code == 2
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
