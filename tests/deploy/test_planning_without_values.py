"""A login that may read metadata alone is enough to plan, and for nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY
from tests.deploy.plans import apply, line_of, operation
from tests.deploy.site import LIVE, PASSWORD, Site, everything
from tests.deploy.vaults import DAY, KEY, REFERENCE

if TYPE_CHECKING:
    from tests.cli.running import Call
    from tests.deploy.vaults import AgedVault
    from tests.mail.servers import Server


def test_without_a_key_nobody_can_compare(vault: AgedVault, kmconfig: Call) -> None:
    apply(kmconfig)
    vault.log_in("metadata")
    ran = kmconfig("plan", "staging")
    assert line_of(ran).endswith("v1 → v1 (20 days old), cannot be compared with what the target holds")
    assert f"note: the value of `vault:{REFERENCE}` may not be read here" in ran.out
    assert "apply needs the permission to read it" in ran.out
    found = operation(kmconfig("plan", "staging", "--format", "json"))
    assert (found["action"], found["compared"]) == ("change", False)
    assert kmconfig("plan", "staging", "--detailed-exitcode").code == 2


def test_a_first_plan(vault: AgedVault, kmconfig: Call) -> None:
    vault.log_in("metadata")
    line = line_of(kmconfig("plan", "staging"))
    assert line.endswith("? → v1 (20 days old), cannot be compared with what the target holds")


@pytest.mark.parametrize("value", [b"", b"null", b"(null)"])
def test_where_there_is_nothing_there_is_nothing_to_compare(
    site: Site, vault: AgedVault, kmconfig: Call, value: bytes
) -> None:
    vault.log_in("metadata")
    site.env.write_bytes(LIVE.replace(b'"an older password"', value))
    assert line_of(kmconfig("plan", "staging")).endswith(f"vault {REFERENCE} v1 (20 days old)")


@pytest.mark.usefixtures("with_key")
def test_with_a_key_what_was_written_is_recognised(vault: AgedVault, kmconfig: Call) -> None:
    apply(kmconfig)
    vault.log_in("metadata")
    ran = kmconfig("plan", "staging", "--detailed-exitcode")
    assert (ran.code, "no changes" in ran.out) == (0, True), ran.out
    assert "apply needs the permission" in ran.out


@pytest.mark.usefixtures("with_key")
def test_a_rotated_secret(vault: AgedVault, kmconfig: Call) -> None:
    apply(kmconfig)
    vault.advance(8 * DAY)
    vault.write("rotated")
    vault.log_in("metadata")
    assert line_of(kmconfig("plan", "staging")).endswith("v1 → v2 (12 days old)")


@pytest.mark.usefixtures("with_key")
def test_what_somebody_else_wrote_is_recognised(site: Site, vault: AgedVault, kmconfig: Call) -> None:
    apply(kmconfig)
    site.env.write_bytes(site.env.read_bytes().replace(PASSWORD.encode(), b"somebody else's"))
    vault.log_in("metadata")
    assert line_of(kmconfig("plan", "staging")).endswith("? → v1 (20 days old)")


@pytest.mark.usefixtures("with_key")
def test_a_second_line_that_hides_ours(site: Site, vault: AgedVault, kmconfig: Call) -> None:
    apply(kmconfig)
    site.env.write_bytes(site.env.read_bytes() + f'MAIL_PASSWORD="{PASSWORD}"\n'.encode())
    vault.log_in("metadata")
    assert "MAIL_PASSWORD" in line_of(kmconfig("plan", "staging"))


@pytest.mark.usefixtures("with_key")
def test_another_key_compares_nothing(vault: AgedVault, kmconfig: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(kmconfig)
    vault.log_in("metadata")
    monkeypatch.setenv("KM_FINGERPRINT_KEY", f"{KEY} and another")
    assert kmconfig("plan", "staging", "--detailed-exitcode").code == 2


def test_a_key_that_may_not_be_read_either(site: Site, vault: AgedVault, kmconfig: Call) -> None:
    vault.put("keymanager/key", {"key": KEY})
    vault.configure(site, stores={"fingerprint_key": {"vault": "keymanager/key#key"}})
    apply(kmconfig)
    vault.log_in("metadata")
    ran = kmconfig("plan", "staging")
    assert "cannot be compared" in line_of(ran)
    assert "the fingerprint key `vault:keymanager/key#key` may not be read here" in ran.out


def test_a_file_target(site: Site, vault: AgedVault, kmconfig: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KM_FINGERPRINT_KEY", KEY)
    target = {"file": {"path": str(site.application / "settings.json")}}
    vault.configure(site, target=target, stores={"fingerprint_key": {"env": "KM_FINGERPRINT_KEY"}})
    apply(kmconfig)
    vault.log_in("metadata")
    assert kmconfig("plan", "staging", "--detailed-exitcode").code == 0
    vault.write("rotated")
    ran = kmconfig("plan", "staging")
    assert f"email.smtp.password  vault {REFERENCE}  v1 → v2" in ran.out
    assert kmconfig(*APPLY).code == 5


@pytest.mark.parametrize("command", [("apply", "staging", "--yes"), ("test", "staging")])
def test_only_a_plan_does_without(
    site: Site, vault: AgedVault, kmconfig: Call, server: Server, command: tuple[str, ...]
) -> None:
    vault.log_in("metadata")
    before = everything(site.root, site.application)
    ran = kmconfig(*command)
    assert (ran.code, server.connections) == (5, 0)
    assert f"vault:{REFERENCE}" in ran.err
    assert everything(site.root, site.application) == before


def test_where_neither_may_be_read_nothing_can_be_planned(vault: AgedVault, kmconfig: Call) -> None:
    vault.log_in("nothing")
    ran = kmconfig("plan", "staging")
    assert (ran.code, ran.out) == (5, "")
