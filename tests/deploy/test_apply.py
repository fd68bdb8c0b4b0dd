"""What an apply does when all goes well."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import complies
from tests.deploy.site import LIVE, PASSWORD, RECIPIENT, VARIABLE, everything
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call
    from tests.deploy.site import Site
    from tests.mail.certificates import Certificates

JSON = ("--format", "json")


def test_from_plan_to_receipt(site: Site, kmconfig: Call, server: Server) -> None:
    site.env.chmod(0o640)
    site.configure(reload=[["sh", "-c", "echo >> told"]], verify=[["grep", "-q", "^MAIL_USERNAME=apikey$", ".env"]])
    planned = kmconfig("plan", "staging", "--detailed-exitcode", *JSON)
    assert planned.code == 2
    assert complies(planned.document, "plan")
    actions = {operation["key"]: operation["action"] for operation in planned.result["operations"]}
    assert actions["MAIL_PASSWORD"] == "change"
    assert actions["MAIL_USERNAME"] == "add"
    assert "MAIL_HOST" not in actions

    ran = kmconfig("apply", "staging", "--yes", *JSON)
    assert (ran.code, ran.result["result"], ran.result["application_verified"]) == (0, "applied", True)
    assert complies(ran.document, "receipt")
    assert [step["step"] for step in ran.result["steps"]] == [
        "recheck",
        "preflight",
        "snapshot",
        "write",
        "activate",
        "read_back",
        "verify",
        "test_message",
    ]
    assert {step["outcome"] for step in ran.result["steps"]} == {"ok"}
    assert stat.S_IMODE(site.env.stat().st_mode) == 0o640
    assert (site.application / "told").read_text(encoding="utf-8") == "\n"

    (message,) = server.messages
    assert ran.result["test"]["test_id"].encode() in message
    assert ran.result["test"]["recipients"] == [RECIPIENT]
    assert [line.upper() for line in server.heard].count("RSET") == 1

    (receipt,) = site.receipts
    assert json.loads(receipt.read_text(encoding="utf-8")) == {"version": 1, **ran.result}
    (snapshot,) = (site.keeping / "snapshots").iterdir()
    assert snapshot.read_bytes() == LIVE
    private = [site.keeping, site.keeping / "snapshots", site.root / ".kmconfig/state"]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in private} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (snapshot, receipt)} == {0o600}
    assert (site.keeping / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert site.leftovers() == []


def test_a_second_apply_changes_writes_and_sends_nothing(site: Site, kmconfig: Call, server: Server) -> None:
    site.configure(reload=[["sh", "-c", "echo >> told"]])
    assert kmconfig("apply", "staging", "--yes").code == 0
    before, heard = everything(site.root, site.application), list(server.heard)
    again = kmconfig("apply", "staging", "--yes", *JSON)
    assert (again.code, again.result["result"], again.result["steps"]) == (0, "unchanged", [])
    assert complies(again.document, "receipt")
    assert everything(site.root, site.application) == before
    assert server.heard == heard


def test_lines_of_others_stay_byte_for_byte(site: Site, kmconfig: Call) -> None:
    assert kmconfig("apply", "staging", "--yes").code == 0

    def foreign(data: bytes) -> list[bytes]:
        return [line for line in data.split(b"\n") if not line.startswith(b"MAIL_")]

    assert foreign(site.env.read_bytes()) == foreign(LIVE)
    assert f'MAIL_PASSWORD="{PASSWORD}"'.encode() in site.env.read_bytes()


def test_no_value_of_a_secret_is_printed_or_kept_outside_of_the_target(site: Site, kmconfig: Call) -> None:
    site.configure(
        reload=[["sh", "-c", "cat .env; echo " + "x" * 100]],
        verify=[["sh", "-c", "cat .env .kmconfig/snapshots/*; false"]],
    )
    for command in (("plan", "staging"), ("apply", "staging", "--yes", "-v"), ("apply", "staging", "--yes", *JSON)):
        ran = kmconfig(*command)
        for text in (ran.out, ran.err, *(path.read_text(encoding="utf-8") for path in site.receipts)):
            assert "battery" not in text
            assert "an older password" not in text
            assert "3q2+7w==" not in text
    assert len(site.receipts) == 2


def test_a_secret_too_short_to_be_masked_hides_what_commands_print(
    site: Site, kmconfig: Call, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "zq7")
    with Server(Smtp(starttls=certificates.good(), password="zq7")) as server:
        site.configure(port=server.port, reload=[["sh", "-c", r"printf 'the key is \172q7'; exit 1"]])
        ran = kmconfig("apply", "staging", "--yes", *JSON)
    assert ran.result["result"] == "rolled_back"
    assert "what it printed is not shown" in ran.result["message"]
    assert "zq7" not in ran.out + ran.err + site.receipts[0].read_text(encoding="utf-8")


def test_commands_get_no_secret_in_their_environment(site: Site, kmconfig: Call) -> None:
    site.configure(reload=[["sh", "-c", 'test -z "$KM_SMTP_PASSWORD"']])
    assert kmconfig("apply", "staging", "--yes").code == 0


def test_a_symbolic_link_stays(site: Site, kmconfig: Call, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    site.env.rename(shared / "environment")
    site.env.symlink_to(shared / "environment")
    assert kmconfig("apply", "staging", "--yes").code == 0
    assert site.env.is_symlink()
    assert b"MAIL_USERNAME=apikey" in (shared / "environment").read_bytes()
    assert (shared / ".kmconfig" / "snapshots").is_dir()
    assert not site.keeping.exists()


def test_the_owner_stays(site: Site, kmconfig: Call) -> None:
    try:
        os.chown(site.env, 12345, 23456)
    except PermissionError:
        pytest.skip("only root can give files away")
    assert kmconfig("apply", "staging", "--yes").code == 0
    assert (site.env.stat().st_uid, site.env.stat().st_gid) == (12345, 23456)


def test_five_snapshots_are_kept(site: Site, kmconfig: Call) -> None:
    other = site.application / ".env.production"
    other.write_bytes(LIVE)
    site.configure("other", target={"laravel_env": {"path": str(other), "laravel": 10}})
    assert kmconfig("apply", "other", "--yes").code == 0
    for number in range(7):
        site.configure(ehlo_domain=f"n{number}.acme.test")
        assert kmconfig("apply", "staging", "--yes", "--no-test-send", "many").code == 0
    kept = sorted(path.name for path in (site.keeping / "snapshots").iterdir())
    assert len([name for name in kept if name.startswith("env.2")]) == 5
    assert len([name for name in kept if name.startswith("env.production.2")]) == 1


def test_without_a_test_message_the_receipt_says_why(site: Site, kmconfig: Call, server: Server) -> None:
    ran = kmconfig("apply", "staging", "--yes", "--no-test-send", "mailbox is full", *JSON)
    assert ran.code == 0
    assert ran.result["test"] == {"sent": False, "reason": "mailbox is full"}
    assert complies(ran.document, "receipt")
    assert server.messages == []
    assert kmconfig("apply", "staging", "--yes", "--no-test-send", " ").code == 64


def test_recipients_given_by_hand(site: Site, kmconfig: Call) -> None:
    ran = kmconfig("apply", "staging", "--yes", "--to", "a@acme.test", "--to", "b@acme.test", *JSON)
    assert ran.result["test"]["recipients"] == ["a@acme.test", "b@acme.test"]


def test_keys_that_an_earlier_run_wrote_go_when_the_settings_no_longer_want_them(site: Site, kmconfig: Call) -> None:
    site.configure(ehlo_domain="licenses.acme.test")
    assert kmconfig("apply", "staging", "--yes").code == 0
    assert b"MAIL_EHLO_DOMAIN=" in site.env.read_bytes()
    site.configure()
    ran = kmconfig("apply", "staging", "--yes", *JSON)
    (operation,) = ran.result["operations"]
    assert (operation["key"], operation["action"]) == ("MAIL_EHLO_DOMAIN", "remove")
    assert b"MAIL_EHLO_DOMAIN" not in site.env.read_bytes()


def test_the_settings_as_a_file(site: Site, kmconfig: Call, server: Server) -> None:
    place = site.application / "settings.json"
    site.configure(target={"file": {"path": str(place)}})
    planned = kmconfig("plan", "staging", *JSON)
    assert complies(planned.document, "plan")
    assert not place.exists()
    assert kmconfig("apply", "staging", "--yes").code == 0
    written = json.loads(place.read_text(encoding="utf-8"))
    assert written["settings"]["email"]["smtp"]["password"] == PASSWORD
    assert written["settings"]["email"]["smtp"]["port"] == server.port
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    before = everything(site.root, site.application)
    assert kmconfig("apply", "staging", "--yes", *JSON).result["result"] == "unchanged"
    assert everything(site.root, site.application) == before
    assert len(server.messages) == 1
