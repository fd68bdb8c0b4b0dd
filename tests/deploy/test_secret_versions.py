"""Secrets that change in Vault: versions are shown and recorded, values never."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.deploy.endings import APPLY
from tests.deploy.plans import apply, line_of, operation
from tests.deploy.site import LIVE, PASSWORD, Site, everything
from tests.deploy.vaults import DAY, PATH, REFERENCE

if TYPE_CHECKING:
    from tests.cli.running import Call
    from tests.deploy.vaults import AgedVault
    from tests.mail.servers import Server


class TestVersions:
    def test_nothing_is_known_of_what_nobody_recorded(self, vault: AgedVault, kmconfig: Call) -> None:
        assert line_of(kmconfig("plan", "staging")) == f"~ MAIL_PASSWORD vault {REFERENCE} ? → v1 (20 days old)"

    def test_where_there_was_nothing_only_the_new_one_is_said(
        self, site: Site, vault: AgedVault, kmconfig: Call
    ) -> None:
        expected = f"MAIL_PASSWORD vault {REFERENCE} v1 (20 days old)"
        site.env.write_bytes(LIVE.replace(b'MAIL_PASSWORD="an older password"\n', b""))
        assert line_of(kmconfig("plan", "staging")) == f"+ {expected}"
        site.env.write_bytes(LIVE.replace(b'"an older password"', b"null"))
        assert line_of(kmconfig("plan", "staging")) == f"~ {expected}"

    def test_a_receipt_records_which_secret_it_was(self, vault: AgedVault, kmconfig: Call, site: Site) -> None:
        (record,) = apply(kmconfig)["secrets"]
        created = record.pop("created")
        assert record == {
            "setting": "email.smtp.password",
            "reference": f"vault:{REFERENCE}",
            "version": "1",
            "fingerprint": None,
        }
        assert created == vault.clock.now().isoformat(timespec="seconds")
        assert json.loads(site.receipts[-1].read_bytes())["secrets"] == [{**record, "created": created}]

    def test_a_rotated_secret(self, vault: AgedVault, kmconfig: Call) -> None:
        apply(kmconfig)
        vault.advance(8 * DAY)
        vault.write("rotated and rotated")
        assert line_of(kmconfig("plan", "staging")) == f"~ MAIL_PASSWORD vault {REFERENCE} v1 → v2 (12 days old)"
        found = operation(kmconfig("plan", "staging", "--format", "json"))
        assert found["version"] == {
            "before": "1",
            "after": "2",
            "created": vault.clock.now().isoformat(timespec="seconds"),
            "age_days": 12,
        }
        assert (found["fingerprint"], found["compared"], found["before"]) == (None, True, "(set)")

    def test_versions_are_part_of_what_is_approved(self, vault: AgedVault, kmconfig: Call) -> None:
        first = kmconfig("plan", "staging", "--format", "json").result
        vault.write()
        second = kmconfig("plan", "staging", "--format", "json").result
        assert first["digest"] != second["digest"]

    def test_a_new_version_of_the_same_value_changes_nothing(self, vault: AgedVault, kmconfig: Call) -> None:
        apply(kmconfig)
        vault.write(username="another key of the same secret")
        ran = kmconfig("plan", "staging", "--detailed-exitcode")
        assert (ran.code, "v2" in ran.out) == (0, False)

    def test_a_second_apply_writes_nothing(self, site: Site, vault: AgedVault, kmconfig: Call, server: Server) -> None:
        apply(kmconfig)
        before = everything(site.root, site.application)
        ran = kmconfig(*APPLY)
        assert (ran.code, ran.result["result"]) == (0, "unchanged")
        assert everything(site.root, site.application) == before
        assert len(server.messages) == 1

    def test_a_value_that_somebody_else_wrote_is_not_our_version(
        self, site: Site, vault: AgedVault, kmconfig: Call
    ) -> None:
        apply(kmconfig)
        site.env.write_bytes(site.env.read_bytes().replace(PASSWORD.encode(), b"somebody else's"))
        assert line_of(kmconfig("plan", "staging")) == f"~ MAIL_PASSWORD vault {REFERENCE} ? → v1 (20 days old)"

    def test_versions_of_another_secret_say_nothing(self, site: Site, vault: AgedVault, kmconfig: Call) -> None:
        apply(kmconfig)
        vault.put("keymanager/other", {"password": "another"})
        site.configure(password={"vault": "keymanager/other#password"}, stores={"vault": {"address": vault.address}})
        assert " ? → v1 " in line_of(kmconfig("plan", "staging"))

    def test_a_version_that_became_a_number_is_none(self, site: Site, vault: AgedVault, kmconfig: Call) -> None:
        apply(kmconfig)
        vault.write("rotated")
        receipt = json.loads(site.receipts[-1].read_bytes())
        receipt["secrets"][0]["version"] = 1
        site.receipts[-1].write_text(json.dumps(receipt), encoding="utf-8")
        assert " ? → v2 " in line_of(kmconfig("plan", "staging"))

    @pytest.mark.parametrize(
        "secrets", [None, {}, [None], [{}], [{"setting": 1}], [{"setting": "email.smtp.password"}]]
    )
    def test_a_receipt_without_records_of_use(self, site: Site, vault: AgedVault, kmconfig: Call, secrets: Any) -> None:
        apply(kmconfig)
        vault.write("rotated")
        receipt = json.loads(site.receipts[-1].read_bytes()) | {"secrets": secrets}
        site.receipts[-1].write_text(json.dumps(receipt), encoding="utf-8")
        assert " ? → v2 " in line_of(kmconfig("plan", "staging"))

    @pytest.mark.parametrize("command", [("plan", "staging"), APPLY, ("test", "staging")])
    def test_one_request_tells_value_and_version(
        self, vault: AgedVault, kmconfig: Call, command: tuple[str, ...]
    ) -> None:
        assert kmconfig(*command).code == 0
        assert [(seen.method, seen.path) for seen in vault.reads] == [("GET", f"secret/data/{PATH}")]

    def test_metadata_may_be_denied_where_the_value_is_not(self, vault: AgedVault, kmconfig: Call) -> None:
        vault.log_in("values")
        assert apply(kmconfig)["secrets"][0]["version"] == "1"

    def test_an_engine_without_versions(self, site: Site, vault: AgedVault, kmconfig: Call) -> None:
        vault.mount("kv", kv=1)
        vault.put(PATH, {"password": PASSWORD}, mount="kv")
        vault.policy("full", {"kv/*": ["read"]})
        stores = {"vault": {"address": vault.address, "mount": "kv", "kv": 1}}
        site.configure(password={"vault": REFERENCE}, stores=stores)
        assert line_of(kmconfig("plan", "staging")) == f"~ MAIL_PASSWORD vault {REFERENCE} unknown, will be written"
        assert apply(kmconfig)["secrets"][0]["version"] is None
        assert [seen.path for seen in vault.reads] == [f"kv/{PATH}"] * 2

    def test_after_a_killed_run_nobody_knows_what_is_there(self, site: Site, vault: AgedVault, kmconfig: Call) -> None:
        apply(kmconfig)
        vault.write("rotated")
        (site.keeping / "env.journal.json").write_text("{}", encoding="utf-8")
        assert " ? → v2 " in line_of(kmconfig("plan", "staging"))


FAILURES = {
    "sealed": lambda vault: vault.seal(),
    "gone": lambda vault: vault.delete(PATH),
    "destroyed": lambda vault: vault.destroy(PATH),
    "denied": lambda vault: vault.log_in("nothing"),
    "not logged in": lambda vault: vault.revoke(vault.token()) or vault._monkeypatch.setenv("VAULT_TOKEN", "s.wrong"),
    "a page instead of JSON": lambda vault: vault.garbage("<html>{token}</html>"),
    "stopped": lambda vault: vault.stop(),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_store_that_fails_ends_every_command_with_5(
    site: Site, vault: AgedVault, kmconfig: Call, server: Server, failure: str
) -> None:
    FAILURES[failure](vault)
    before = everything(site.root, site.application)
    for command in (("plan", "staging"), ("apply", "staging", "--yes"), ("test", "staging")):
        ran = kmconfig(*command)
        assert ran.code == 5, (command, ran.out, ran.err)
        assert REFERENCE in ran.err
    assert server.connections == 0
    assert everything(site.root, site.application) == before


@pytest.mark.parametrize("command", ["apply", "test"])
def test_with_v_it_is_said_as_whom_the_store_was_asked(vault: AgedVault, kmconfig: Call, command: str) -> None:
    line = f"  vault at {vault.address}: "
    unattended = ("--yes",) if command == "apply" else ()
    quiet = kmconfig(command, "staging", *unattended)
    assert (quiet.code, line in quiet.out) == (0, False), quiet.err
    told = kmconfig(command, "staging", *unattended, "-v")
    assert (told.code, told.out.count(line)) == (0, 1), told.err
    assert "VAULT_TOKEN" in told.out
