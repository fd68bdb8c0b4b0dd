from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import VaultSettings
from tests.secrets.vault.asking import PASSWORD, PATH, VALUE, described, opened, problem, text, undescribed
from tests.servers.vault.clock import FakeClock
from tests.servers.vault.server import VaultServer

MADE = datetime(2026, 8, 14, 10, 0, tzinfo=UTC)


def test_metadata_alone_tells_version_and_age() -> None:
    with VaultServer(clock=FakeClock(MADE)) as vault:
        vault.put(PATH, {"password": VALUE})
        vault.advance(3600)
        vault.put(PATH, {"password": VALUE})
        vault.policy("planner", {"secret/metadata/*": ["read"]})
        with opened(vault, environ={"VAULT_TOKEN": vault.token(policies=["planner"])}) as store:
            found = described(store)
            pinned = described(store, PASSWORD._replace(version="1"))
            assert problem(store).kind == "denied"
    assert (found.version, found.detail, pinned.version) == ("2", "", "1")
    assert (found.created, pinned.created) == (_with_microsecond(MADE + timedelta(hours=1)), _with_microsecond(MADE))
    assert [seen.path for seen in vault.requests][:2] == [f"secret/metadata/{PATH}", f"secret/data/{PATH}"]


def _with_microsecond(moment: datetime) -> datetime:
    """Vault's nine digits behind the second are cut to six."""
    return moment.replace(microsecond=0)


def test_keys_and_pins_of_one_path_share_its_metadata(vault: VaultServer) -> None:
    refs = [PASSWORD, PASSWORD._replace(key="username"), PASSWORD._replace(version=1)]
    with opened(vault) as store:
        assert {getattr(found, "version", None) for found in store.describe(refs).values()} == {"1"}
        store.describe(refs)
    assert [seen.path for seen in vault.requests] == [f"secret/metadata/{PATH}"]


def test_where_metadata_is_denied_the_value_is_read_and_that_is_said(vault: VaultServer) -> None:
    vault.policy("reader", {"secret/data/*": ["read"]})
    with opened(vault, environ={"VAULT_TOKEN": vault.token(policies=["reader"])}) as store:
        found = described(store)
        assert text(store) == VALUE
        assert undescribed(store, PASSWORD._replace(key="pasword")).help == "did you mean `password`?"
    assert found.version == "1"
    assert found.created is not None
    assert f"`secret/metadata/{PATH}`" in found.detail
    assert [seen.path for seen in vault.reads] == [f"secret/metadata/{PATH}", f"secret/data/{PATH}"]


def test_where_neither_may_be_read_the_metadata_is_what_is_missing(vault: VaultServer) -> None:
    vault.policy("lister", {"secret/metadata/*": ["list"]})
    with opened(vault, environ={"VAULT_TOKEN": vault.token(policies=["lister"])}) as store:
        found = undescribed(store)
    assert found.kind == "denied"
    assert f"`read` is missing on `secret/metadata/{PATH}`" in found.message
    assert "grant `list` there" in found.message


def test_what_was_read_already_is_described_without_asking(vault: VaultServer) -> None:
    with opened(vault) as store:
        text(store)
        assert described(store).version == "1"
    assert len(vault.requests) == 1


def test_kv_1_tells_neither_version_nor_age(vault: VaultServer) -> None:
    vault.mount("kv1", kv=1)
    vault.put("x", {"password": VALUE, "port": 25}, mount="kv1")
    with opened(vault, settings=VaultSettings(None, mount="kv1", kv=1)) as store:
        found = described(store, SecretRef("vault", "x", "password"))
        assert undescribed(store, SecretRef("vault", "x", "port")).kind == "invalid"
    assert (found.version, found.created) == (None, None)
    assert "version 1" in found.detail


@pytest.mark.parametrize("ask", [problem, undescribed])
def test_a_deleted_version_is_told_with_its_time(ask: object) -> None:
    with VaultServer(clock=FakeClock(MADE)) as vault:
        vault.put(PATH, {"password": VALUE})
        vault.delete(PATH)
        with opened(vault) as store:
            found = problem(store) if ask is problem else undescribed(store)
    assert found.kind == "missing"
    assert "version 1 was deleted on 2026-08-14 at 10:00 UTC" in found.message


@pytest.mark.parametrize("ask", [problem, undescribed])
def test_a_destroyed_version_is_told_from_a_deleted_one(vault: VaultServer, ask: object) -> None:
    vault.destroy(PATH)
    with opened(vault) as store:
        found = problem(store) if ask is problem else undescribed(store)
    assert found.kind == "missing"
    assert "version 1 was destroyed" in found.message


def test_older_versions_outlive_a_deleted_one(vault: VaultServer) -> None:
    vault.put(PATH, {"password": "newer"})
    vault.delete(PATH)
    with opened(vault) as store:
        assert undescribed(store).kind == "missing"
        assert described(store, PASSWORD._replace(version=1)).version == "1"
        assert text(store, PASSWORD._replace(version=1)) == VALUE


def test_a_version_that_never_was_names_those_there_are(vault: VaultServer) -> None:
    vault.put(PATH, {"password": "newer"})
    with opened(vault) as store:
        found = undescribed(store, PASSWORD._replace(version=9))
        assert "version 9" in problem(store, PASSWORD._replace(version=9)).message
    assert found.kind == "missing"
    assert "no version 9: the oldest is 1, the newest 2" in found.message


@pytest.mark.parametrize(
    ("deletion_time", "version"), [("2026-08-14T12:00:00.5Z", "1"), ("2026-08-14T09:00:00Z", None), ("nonsense", "1")]
)
def test_a_version_lives_until_its_deletion_time(vault: VaultServer, deletion_time: str, version: str | None) -> None:
    entry = {"created_time": "2026-08-01T00:00:00.123456789Z", "deletion_time": deletion_time, "destroyed": False}
    body = {"data": {"current_version": 1, "versions": {"1": entry}}}
    vault.clock = FakeClock(MADE)
    vault.fail_next(None, status=200, body=body, path_prefix="secret/metadata/")
    with opened(vault) as store:
        if version is None:
            assert "deleted on 2026-08-14 at 09:00 UTC" in undescribed(store).message
            return
        found = described(store)
    assert (found.version, found.created) == ("1", datetime(2026, 8, 1, microsecond=123456, tzinfo=UTC))
    assert ("will be deleted on 2026-08-14 at 12:00 UTC" in found.detail) == deletion_time.startswith("2026")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": None},
        {"data": {"current_version": "1", "versions": {}}},
        {"data": {"current_version": True, "versions": {"1": {}}}},
        {"data": [VALUE]},
    ],
)
def test_metadata_of_another_form_is_no_metadata(vault: VaultServer, body: object) -> None:
    vault.fail_next(None, status=200, body=body, path_prefix="secret/")
    with opened(vault) as store:
        assert undescribed(store).kind == "unreachable"
        assert problem(store).kind == "unreachable"


def test_a_version_that_has_no_entry_is_missing(vault: VaultServer) -> None:
    vault.fail_next(None, status=200, body={"data": {"current_version": 3, "versions": {}}}, path_prefix="secret/")
    with opened(vault) as store:
        assert "there is no version 3 (" in undescribed(store).message


def test_an_empty_value_that_had_to_be_read_is_no_good(vault: VaultServer) -> None:
    vault.put("x", {"password": ""})
    ref = SecretRef("vault", "x", "password")
    with opened(vault) as store:
        assert problem(store, ref).kind == "invalid"
        assert undescribed(store, ref).kind == "invalid"


def test_a_secret_without_any_version_is_missing(vault: VaultServer) -> None:
    vault.fail_next(None, status=200, body={"data": {"current_version": 0, "versions": {}}}, path_prefix="secret/")
    with opened(vault) as store:
        assert undescribed(store).kind == "missing"
