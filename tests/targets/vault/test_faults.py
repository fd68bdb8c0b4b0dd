"""What goes wrong between us and Vault, and what is said and done about it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.errors import ConfigurationError, CouldNotCheck, Refused
from kmconfig.targets.keeping.interface import LeaseLost
from tests.targets.settings import PASSWORD, Open, candidate
from tests.targets.vault.site import PATH, VaultSite, earlier

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kmconfig.targets.interface import Writer
    from tests.servers.vault.server import VaultServer

DATA = f"secret/data/{PATH}"
OLD = {"MAIL_HOST": "old.example", "MAIL_PASSWORD": "an older password", "OTHER": "x"}
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def writer(vault: VaultServer, site: VaultSite) -> Writer:
    """A writer with everything staged on top of an older version."""
    vault.put(PATH, OLD)
    return staged(site)


def staged(site: VaultSite) -> Writer:
    environment = site.environment()
    found = site.writer(site.reader(environment), candidate(environment))
    found.prepare()
    found.capture()
    found.stage()
    return found


def snapshot_and_digest(site: VaultSite) -> tuple[Writer, bytes | None, str]:
    environment = site.environment()
    found = site.writer(site.reader(environment), candidate(environment))
    return found, found.capture(), found.stage()


def version(site: VaultSite) -> str:
    return site.reader().live().base.partition("@")[0]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_whose_answer_is_lost_is_found_to_have_happened(
    vault: VaultServer, site: VaultSite, writer: Writer, status: int
) -> None:
    vault.fail_next(status=status, path_prefix=DATA, method="POST", carried_out=True)
    writer.write(Open())
    assert version(site) == "2"


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_write_that_vault_never_did_is_no_success(vault: VaultServer, site: VaultSite, status: int) -> None:
    vault.put(PATH, OLD)
    writer, snapshot, digest = snapshot_and_digest(site)
    vault.fail_next(status=status, path_prefix=DATA, method="POST")
    with pytest.raises(CouldNotCheck, match=f"status {status}"):
        writer.write(Open())
    assert writer.state(snapshot, {digest}) == "before"


def test_a_busy_vault_is_asked_again(vault: VaultServer, site: VaultSite, writer: Writer) -> None:
    vault.fail_next(status=429, path_prefix=DATA, method="POST", headers={"Retry-After": "0"})
    writer.write(Open())
    assert version(site) == "2"


def test_a_page_in_place_of_an_answer_is_no_success(vault: VaultServer, site: VaultSite, writer: Writer) -> None:
    vault.garbage(f"<p>{PASSWORD}</p>", path_prefix=DATA)
    with pytest.raises(CouldNotCheck, match="not Vault's JSON") as raised:
        writer.write(Open())
    assert PASSWORD not in f"{raised.value.message} {raised.value.help}"
    vault.heal()
    assert version(site) == "1"


@pytest.mark.parametrize("done", [True, False])
def test_a_write_of_which_nothing_can_be_learnt_is_unknown_and_told_afterwards(
    vault: VaultServer, site: VaultSite, done: bool
) -> None:
    vault.put(PATH, OLD)
    writer, snapshot, digest = snapshot_and_digest(site)

    class Breaking(Open):
        def check(self) -> None:
            vault.fail_next(status=504, path_prefix=DATA, method="POST", carried_out=done)
            vault.fail_next(None, status=502, path_prefix=DATA, method="GET")

    with pytest.raises(CouldNotCheck):
        writer.write(Breaking())
    vault.heal()
    late = staged_again(site)
    assert late.state(snapshot, {digest}) == ("after" if done else "before")


def staged_again(site: VaultSite) -> Writer:
    environment = site.environment()
    return site.writer(site.reader(environment), candidate(environment))


def test_a_sealed_vault_is_named(vault: VaultServer, writer: Writer) -> None:
    vault.seal()
    with pytest.raises(CouldNotCheck, match="Vault is sealed"):
        writer.write(Open())


def test_after_trouble_the_way_back_is_open_as_soon_as_vault_is(vault: VaultServer, site: VaultSite) -> None:
    vault.put(PATH, OLD)
    writer, snapshot, digest = snapshot_and_digest(site)
    writer.write(Open())
    vault.seal()
    with pytest.raises(CouldNotCheck):
        writer.state(snapshot, {digest})
    vault.unseal()
    assert writer.state(snapshot, {digest}) == "after"
    writer.restore(snapshot, Open())
    assert writer.state(snapshot, ()) == "before"


READ = {DATA: ["read"], f"{DATA}-kmconfig/*": ["create", "read", "update"]}


def test_a_login_that_may_only_read_is_told_before_anything_is_written(vault: VaultServer, site: VaultSite) -> None:
    vault.put(PATH, OLD)
    vault.policy("reader", READ)
    site.token = vault.token(policies=["reader"])
    environment = site.environment()
    reader = site.reader(environment)
    assert reader.compare(candidate(environment)).operations
    with pytest.raises(CouldNotCheck, match=f"may not `update` `{DATA}`"):
        site.writer(reader, candidate(environment)).prepare()


def test_a_permission_that_is_lost_meanwhile_is_named(vault: VaultServer, site: VaultSite) -> None:
    vault.put(PATH, OLD)
    vault.policy("writer", READ | {DATA: ["create", "read", "update"]})
    site.token = vault.token(policies=["writer"])
    writer, snapshot, digest = snapshot_and_digest(site)
    writer.prepare()
    vault.policy("writer", READ)
    with pytest.raises(CouldNotCheck, match=f"`update` is missing on `{DATA}`: the login's policies grant `read`"):
        writer.write(Open())
    assert writer.state(snapshot, {digest}) == "before"


def test_documents_that_may_not_be_kept_are_told_with_the_policy(vault: VaultServer, site: VaultSite) -> None:
    vault.policy("short", {DATA: ["create", "read", "update"]})
    site.token = vault.token(policies=["short"])
    with pytest.raises(CouldNotCheck, match="lock, journal and snapshots cannot be kept") as raised:
        site.keeper().ensure()
    assert f"{DATA}-kmconfig/*" in (raised.value.help or "")


def test_an_owner_that_may_not_be_noted_is_a_warning(
    vault: VaultServer, site: VaultSite, caplog: pytest.LogCaptureFixture
) -> None:
    vault.put(PATH, OLD)
    vault.policy("writer", READ)
    site.token = vault.token(policies=["writer"])
    with caplog.at_level(logging.WARNING):
        site.keeper().mark("staging")
    assert f"let the login `update` `secret/metadata/{PATH}`" in caplog.text
    assert site.reader().live().owner is None


def test_a_lease_that_is_lost_stops_the_write(site: VaultSite, writer: Writer) -> None:
    class Lost(Open):
        def check(self) -> None:
            raise LeaseLost("the lease is lost")

    with pytest.raises(LeaseLost):
        writer.write(Lost())
    assert version(site) == "1"


def test_somebody_else_who_writes_before_the_way_back_is_not_overwritten(vault: VaultServer, site: VaultSite) -> None:
    vault.put(PATH, OLD)
    writer, snapshot, digest = snapshot_and_digest(site)
    writer.write(Open())
    assert writer.state(snapshot, {digest}) == "after"
    vault.put(PATH, {"OTHER": "new"})
    with pytest.raises(Refused, match="changed after it was compared"):
        writer.restore(snapshot, Open())


def test_a_path_that_keeps_one_version_is_refused_as_nothing_could_be_put_back(
    vault: VaultServer, site: VaultSite
) -> None:
    vault.put(PATH, OLD)
    vault.kv2().entries[PATH].max_versions = 1
    with pytest.raises(CouldNotCheck, match="keeps one version only") as raised:
        staged(site)
    assert "-max-versions=10" in (raised.value.help or "")


def test_version_1_of_the_store_is_refused(vault: VaultServer, site: VaultSite) -> None:
    site.vault = {"kv": 1}
    with pytest.raises(ConfigurationError, match="needs a key-value store of version 2"):
        site.reader()


def test_a_mount_of_version_1_that_is_declared_as_2_is_told(vault: VaultServer, site: VaultSite) -> None:
    vault.mount("old", kv=1)
    site.mount = "old"
    with pytest.raises(CouldNotCheck, match="KV version 1, but version 2 is declared"):
        site.reader().live()


def test_an_environment_without_a_vault_is_told(tmp_path: Path) -> None:
    site = VaultSite(tmp_path, "http://127.0.0.1:1", "t")
    environment = site.environment()
    del environment.root.data["stores"]
    with pytest.raises(ConfigurationError, match=r"needs `stores\.vault`"):
        site.reader(environment)


def test_planning_sends_nothing_that_could_write(vault: VaultServer, site: VaultSite) -> None:
    vault.put(PATH, OLD)
    snapshot, _ = site.apply()
    vault.requests.clear()
    vault.fail_next(None, status=599, method="POST")
    vault.fail_next(None, status=599, method="PUT")
    environment = site.environment(host="smtp.other.example")
    reader = site.reader(environment)
    reader.live()
    reader.live_secrets()
    assert reader.compare(candidate(environment)).operations
    assert reader.compare(earlier(snapshot, "MAIL_HOST")).operations
    keeper = site.keeper(reader)
    assert keeper.journal() is None
    assert keeper.owner() is None
    assert {seen.method for seen in vault.requests} == {"GET"}


@pytest.mark.parametrize(
    "do", [lambda w: w.write(Open()), lambda w: w.stage(), lambda w: w.capture(), lambda w: w.prepare()]
)
@pytest.mark.parametrize("status", [403, 500])
def test_no_secret_is_in_errors_snapshots_or_what_is_printed_of_objects(
    vault: VaultServer, site: VaultSite, writer: Writer, do: Callable[[Writer], Any], status: int
) -> None:
    vault.fail_next(None, status=status, body={"errors": [PASSWORD, OLD["MAIL_PASSWORD"]]}, path_prefix=DATA)
    with pytest.raises(CouldNotCheck) as raised:
        do(writer)
    told = f"{raised.value.message} {raised.value.help} {raised.value.__context__!r} {writer!r} {vars(writer)!r}"
    for secret in (PASSWORD, OLD["MAIL_PASSWORD"]):
        assert secret not in told


def test_snapshots_digests_and_operations_hold_no_secret(vault: VaultServer, site: VaultSite) -> None:
    vault.put(PATH, OLD)
    environment = site.environment()
    reader = site.reader(environment)
    planned = reader.compare(candidate(environment))
    _, snapshot, digest = snapshot_and_digest(site)
    told = f"{planned!r} {snapshot!r} {digest} {reader.live()!r} {reader.live_secrets()!r}"
    for secret in (PASSWORD, OLD["MAIL_PASSWORD"]):
        assert secret not in told
    assert [secret.reveal() for secret in reader.live_secrets()] == [OLD["MAIL_PASSWORD"]]


def test_a_number_that_reads_the_same_is_left_alone(vault: VaultServer, site: VaultSite) -> None:
    vault.put(PATH, {"MAIL_PORT": 587})
    environment = site.environment()
    planned = site.reader(environment).compare(candidate(environment))
    assert "MAIL_PORT" not in {op.key for op in planned.operations}


def test_older_versions_of_laravel_get_the_keys_that_they_read(vault: VaultServer, site: VaultSite) -> None:
    site.laravel = 10
    environment = site.environment()
    keys = {op.key for op in site.reader(environment).compare(candidate(environment)).operations}
    assert "MAIL_ENCRYPTION" in keys
    assert "MAIL_SCHEME" not in keys


def test_identity_names_server_mount_and_path_and_no_login(vault: VaultServer, site: VaultSite) -> None:
    assert site.reader().identity == f"vault:{vault.address}/secret/{PATH}"
