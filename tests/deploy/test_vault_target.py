"""Plan, apply, roll back and end killed runs at a path in Vault."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY, complies, steps
from tests.deploy.killed import Killer
from tests.deploy.site import PASSWORD, good_server, site_in
from tests.deploy.vault_targets import OLD, PATH, aim, applied, entry_of, fill, filled, held
from tests.servers.vault.policies import parse_policy
from tests.targets.settings import holder
from tests.targets.vault.site import VaultSite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.running import Call
    from tests.deploy.site import Site
    from tests.mail.certificates import Certificates
    from tests.servers.vault.server import VaultServer

MANUAL = Path(__file__).parents[2] / "docs/targets/vault.md"
DATA = f"secret/data/{PATH}"


@pytest.fixture
def store(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[VaultServer]:
    with filled() as running:
        monkeypatch.setenv("VAULT_TOKEN", running.root_token)
        aim(site, running)
        yield running


def writes(vault: VaultServer) -> int:
    """How often the target itself was written."""
    return sum(seen.path == DATA and seen.method in ("POST", "PUT") for seen in vault.requests)


def test_plan_apply_and_apply_again(site: Site, store: VaultServer, kmconfig: Call) -> None:
    planned = kmconfig("plan", "staging", "--detailed-exitcode", "--format", "json")
    assert planned.code == 2, planned.err
    assert complies(planned.document, "plan")
    assert {seen.method for seen in store.requests} == {"GET"}
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
    assert complies(ran.document, "receipt")
    assert held(store) == applied(site)
    assert (writes(store), len(site.server.messages)) == (1, 1)
    again = kmconfig(*APPLY)
    assert (again.code, again.result["result"]) == (0, "unchanged"), again.err
    assert (writes(store), len(site.server.messages)) == (1, 1)
    assert kmconfig("plan", "staging", "--detailed-exitcode").code == 0


def test_two_at_once_and_the_second_is_told_who_is_first(site: Site, store: VaultServer, kmconfig: Call) -> None:
    first = VaultSite(site.root.parent / "first", store.address, store.root_token)
    keeper = first.keeper()
    with keeper.hold(holder()):
        ran = kmconfig(*APPLY)
    first.close()
    assert (ran.code, writes(store)) == (4, 0)
    assert "by deployer on ci-7, process 4711, since 2026-11-22 15:00:00 UTC: kmconfig apply staging" in (
        ran.err + ran.out
    )
    assert kmconfig(*APPLY).code == 0


def test_a_test_message_that_is_refused_brings_the_old_version_back(
    site: Site, store: VaultServer, kmconfig: Call, certificates: Certificates
) -> None:
    with good_server(certificates, DOT="554 5.7.1 refused") as unwilling:
        aim(site, store, port=unwilling.port)
        ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (6, "rolled_back"), ran.err
    assert steps(ran)[-1] == ("restore", "restored")
    assert held(store) == OLD
    assert entry_of(store).current == 3
    assert entry_of(store, f"{PATH}-kmconfig/journal").versions
    aim(site, store)
    assert kmconfig(*APPLY).code == 0
    assert held(store) == applied(site)


def test_back_to_before_an_earlier_run(site: Site, store: VaultServer, kmconfig: Call) -> None:
    assert kmconfig(*APPLY).code == 0
    aim(site, store, port=site.server.port, username="apikey2")
    ran = kmconfig("rollback", "staging", "--yes", "--format", "json")
    assert ran.code == 0, ran.err
    assert held(store) == OLD


def test_a_change_by_somebody_else_between_plan_and_write(site: Site, store: VaultServer, kmconfig: Call) -> None:
    saved = site.root.parent / "staging.plan"
    assert kmconfig("plan", "staging", "--save", saved).code == 0
    store.put(PATH, OLD | {"OTHER": "new"})
    ran = kmconfig("apply", "staging", "--plan", saved, "--yes", "--format", "json")
    assert (ran.code, writes(store)) == (3, 0), ran.err


def test_the_target_of_another_environment_is_not_taken_over(site: Site, store: VaultServer, kmconfig: Call) -> None:
    assert kmconfig(*APPLY).code == 0
    (site.root / "environments/staging.yaml").unlink()
    aim(site, store, name="acceptance", username="other")
    ran = kmconfig("apply", "acceptance", "--yes", "--retry-for", "0")
    assert (ran.code, writes(store)) == (3, 1), ran.err
    assert "staging" in ran.err + ran.out


@pytest.mark.parametrize("verbosity", ["-q", "-v", "-vvv"])
@pytest.mark.parametrize("status", [200, 403, 500])
def test_no_secret_is_told(site: Site, store: VaultServer, kmconfig: Call, verbosity: str, status: int) -> None:
    if status != 200:
        hostile = {"errors": [PASSWORD, OLD["MAIL_PASSWORD"], store.root_token]}
        store.fail_next(None, status=status, body=hostile, path=DATA, method="POST")
    ran = kmconfig("apply", "staging", "--yes", "--retry-for", "0", verbosity)
    assert ran.code == (0 if status == 200 else 5)
    kept = [
        str(version.data)
        for name in ("lease", "journal", "snapshots")
        for version in entry_of(store, f"{PATH}-kmconfig/{name}").versions.values()
    ]
    written = [path.read_text(errors="replace") for path in site.root.rglob("*") if path.is_file()]
    for told in (ran.out, ran.err, *kept, *written):
        for secret in (PASSWORD, OLD["MAIL_PASSWORD"], store.root_token):
            assert secret not in told


def test_wherever_it_is_killed_the_next_run_ends_it(site: Site, store: VaultServer, kmconfig: Call) -> None:
    """Killed before each of its writes to Vault, those of lease and journal too."""
    left_new = 0
    with Killer() as killer:
        for at in itertools.count(1):
            current = site_in(site.root.parent / f"at-{at}", site.server)
            fill(store)
            aim(current, store)
            code = killer.run(current, *APPLY, at=at, events=("http.client.send",), about="b'POST ")
            if code is not None:
                assert code == 0
                break
            left_new += held(store) == applied(current)
            assert held(store) in (OLD, applied(current)), at
            store.advance(61)
            ran = kmconfig("-C", current.root, *APPLY)
            assert (ran.code, held(store)) == (0, applied(current)), (at, ran.err)
    assert at > 8
    assert left_new > 2


def test_a_killed_run_keeps_the_others_out_until_its_lease_ends(site: Site, store: VaultServer, kmconfig: Call) -> None:
    with Killer() as killer:
        assert killer.run(site, *APPLY, at=1, events=("http.client.send",), about=f"b'POST /v1/{DATA} ") is None
    assert kmconfig(*APPLY).code == 4
    store.advance(61)
    ran = kmconfig(*APPLY)
    assert (ran.code, held(store)) == (0, applied(site)), ran.err
    assert any("took over the lock of run" in remark for remark in ran.result["remarks"])


def test_the_policy_of_the_manual_suffices(
    site: Site, store: VaultServer, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    [policy] = re.findall(r"```hcl\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    rules = parse_policy(policy.replace("keymanager/production/mail", PATH))
    store.policy("kmconfig", {path: sorted(given) for path, given in rules.items()})
    monkeypatch.setenv("VAULT_TOKEN", store.token(policies=["kmconfig"]))
    ran = kmconfig(*APPLY)
    assert ran.code == 0, ran.err
    assert "could not be" not in ran.err
    assert entry_of(store).custom == {"kmconfig-environment": "staging"}
    assert kmconfig("rollback", "staging", "--yes").code == 0
    assert held(store) == OLD
