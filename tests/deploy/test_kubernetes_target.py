"""Manifests as a target, from plan to receipt: applied, unchanged, rolled back, and killed anywhere."""

from __future__ import annotations

import itertools
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.deploy.endings import APPLY, steps
from tests.deploy.killed import Killer
from tests.deploy.site import PASSWORD, Site, everything, good_server, site_in
from tests.deploy.vaults import PATH, POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.running import Call
    from tests.deploy.vaults import AgedVault
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Server

#: What changes files for good; temporary files, journals and locks among them.
EVENTS = ("os.rename", "os.remove", "os.fsync")
CONFIG = "mail-configmap.yaml"
SECRET = "mail-externalsecret.yaml"
KUSTOMIZATION = "kustomization.yaml"


def target(site: Site, **more: Any) -> dict[str, Any]:
    block = {"directory": str(folder(site)), "namespace": "keymanager", "name": "mail", "laravel": 10}
    return {"kubernetes": block | more}


def folder(site: Site) -> Path:
    """Where the manifests lie: in the place of the application's folder, so that nothing is left over there either."""
    return site.application / "deploy"


def manifests(site: Site) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder(site).glob("*.yaml")}


def fetched_from(vault: AgedVault, site: Site, **more: Any) -> None:
    """Settings whose password a cluster can fetch."""
    vault.configure(site, target=target(site), **more)


def named(site: Site, **more: Any) -> None:
    """Settings whose password stands in a Secret that exists."""
    site.configure(target=target(site, secrets="secret_ref"), **more)


@pytest.fixture
def killer() -> Iterator[Killer]:
    with Killer() as running:
        yield running


def test_planned_applied_and_unchanged(site: Site, vault: AgedVault, kmconfig: Call, server: Server) -> None:
    fetched_from(vault, site)
    before = everything(site.root, site.application)
    planned = kmconfig("plan", "staging", "--detailed-exitcode", "--format", "json")
    assert planned.code == 2, planned.err
    assert {op["action"] for op in planned.result["operations"]} == {"add"}
    assert everything(site.root, site.application) == before
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
    assert set(manifests(site)) == {CONFIG, SECRET, KUSTOMIZATION}
    assert len(server.messages) == 1
    for content in manifests(site).values():
        assert PASSWORD.encode() not in content
    assert PASSWORD not in ran.out + ran.err
    written = everything(folder(site))
    again = kmconfig(*APPLY)
    assert (again.code, again.result["result"]) == (0, "unchanged")
    assert {path: state for path, state in everything(folder(site)).items() if path.endswith(".yaml")} == {
        path: state for path, state in written.items() if path.endswith(".yaml")
    }
    assert len(server.messages) == 1
    assert kmconfig("plan", "staging", "--detailed-exitcode").code == 0


def test_mail_that_fails_puts_the_manifests_back(
    site: Site, kmconfig: Call, certificates: Certificates, server: Server
) -> None:
    named(site)
    assert kmconfig(*APPLY).code == 0
    before = manifests(site)
    with good_server(certificates, DOT="554 5.7.1 refused") as unwilling:
        named(site, port=unwilling.port, ehlo_domain="licenses.acme.test")
        ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (6, "rolled_back"), ran.err
    assert steps(ran)[-1] == ("restore", "restored")
    assert manifests(site) == before
    assert site.leftovers() == []


def test_mail_that_fails_the_first_time_leaves_no_manifest(
    site: Site, kmconfig: Call, certificates: Certificates
) -> None:
    with good_server(certificates, DOT="554 5.7.1 refused") as unwilling:
        named(site, port=unwilling.port)
        ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (6, "rolled_back"), ran.err
    assert manifests(site) == {}


def test_a_change_by_hand_is_taken_back(site: Site, kmconfig: Call) -> None:
    named(site)
    assert kmconfig(*APPLY).code == 0
    before = manifests(site)
    path = folder(site) / CONFIG
    path.write_text(path.read_text(encoding="utf-8").replace("localhost", "smtp.evil.test"), encoding="utf-8")
    planned = kmconfig("plan", "staging", "--format", "json")
    assert [(op["key"], op["before"]) for op in planned.result["operations"]] == [("MAIL_HOST", "smtp.evil.test")]
    assert kmconfig(*APPLY).code == 0
    assert manifests(site) == before


def test_another_environment_at_the_same_place_is_noticed(site: Site, kmconfig: Call) -> None:
    named(site)
    assert kmconfig(*APPLY).code == 0
    before = manifests(site)
    (site.root / "environments/staging.yaml").unlink()
    site.configure("other", target=target(site, secrets="secret_ref"), ehlo_domain="licenses.acme.test")
    ran = kmconfig("apply", "other", "--yes")
    assert ran.code == 3, ran.err
    assert "foreign-target" in ran.err + ran.out
    assert manifests(site) == before


def sites(site: Site) -> Iterator[tuple[int, Site]]:
    for at in itertools.count(1):
        current = site_in(site.root.parent / f"at-{at}", site.server)
        named(current)
        yield at, current


def test_wherever_the_first_run_is_killed_the_next_ends_it(site: Site, kmconfig: Call, killer: Killer) -> None:
    seen = set()
    for at, current in sites(site):
        code = killer.run(current, *APPLY, at=at, events=EVENTS)
        if code is not None:
            assert code == 0
            break
        seen.add(frozenset(manifests(current)))
        require_whole(current)
        ran = kmconfig("-C", current.root, *APPLY)
        assert ran.code == 0, (at, ran.err)
        assert set(manifests(current)) == {CONFIG, KUSTOMIZATION}
        assert current.leftovers() == [], at
        assert kmconfig("-C", current.root, *APPLY).result["result"] == "unchanged"
    assert seen == {frozenset(), frozenset({CONFIG}), frozenset({CONFIG, KUSTOMIZATION})}


def test_wherever_a_rollback_is_killed_the_next_run_ends_it(
    site: Site, kmconfig: Call, killer: Killer, certificates: Certificates
) -> None:
    partial = 0
    with good_server(certificates, DOT="554 5.7.1 refused") as unwilling:
        for at, current in sites(site):
            named(current, port=unwilling.port)
            code = killer.run(current, *APPLY, at=at, events=EVENTS)
            if code is not None:
                assert code == 6
                break
            require_whole(current)
            partial += len(manifests(current)) == 1
            ran = kmconfig("-C", current.root, *APPLY)
            assert ran.code == 6, (at, ran.err)
            assert manifests(current) == {}, at
            assert current.leftovers() == [], at
    assert partial


def require_whole(site: Site) -> None:
    """Each manifest is one, and a kustomization lists nothing that is not there."""
    found = {name: yaml.safe_load(content) for name, content in manifests(site).items()}
    assert all(manifest["kind"] for manifest in found.values())
    assert set(found.get(KUSTOMIZATION, {}).get("resources", ())) <= set(found)


def test_a_saved_plan_holds_in_another_checkout(site: Site, kmconfig: Call, tmp_path: Path) -> None:
    block = target(site, secrets="secret_ref", directory="deploy")
    site.configure(target=block)
    assert kmconfig(*APPLY).code == 0
    site.configure(target=block, ehlo_domain="licenses.acme.test")
    assert kmconfig("plan", "staging", "--save", tmp_path / "plan.json").code == 0
    checkout = tmp_path / "checkout"
    shutil.copytree(site.root, checkout, ignore=shutil.ignore_patterns(".kmconfig"))
    ran = kmconfig("-C", checkout, "apply", "--plan", tmp_path / "plan.json", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
    assert b"MAIL_EHLO_DOMAIN: licenses.acme.test" in (checkout / "deploy" / CONFIG).read_bytes()


@pytest.mark.parametrize(
    "directory",
    ["environments", "environments/manifests", "./deploy/../environments", ".git", ".kmconfig/state", "link"],
)
def test_manifests_do_not_go_where_something_else_lies(site: Site, kmconfig: Call, directory: str) -> None:
    (site.root / "link").symlink_to("environments")
    site.configure(target=target(site, secrets="secret_ref", directory=directory))
    before = everything(site.root / "environments")
    for words in (("plan", "staging"), APPLY, ("drift", "staging")):
        ran = kmconfig(*words)
        assert ran.code == 65, (words, ran.err)
        assert "environments/staging.yaml:" in ran.err
        assert f"no manifests may lie in `{directory}`" in ran.err
    assert everything(site.root / "environments") == before


def test_drift_tells_who_changed_what(site: Site, vault: AgedVault, kmconfig: Call) -> None:
    fetched_from(vault, site)
    assert kmconfig(*APPLY).code == 0
    assert kmconfig("drift", "staging").code == 0
    for name, before, after in ((SECRET, "/smtp", "/other"), (CONFIG, "namespace: keymanager", "namespace: x")):
        path = folder(site) / name
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    ran = kmconfig("drift", "staging", "--format", "json")
    assert ran.code == 2, ran.err
    assert {found["key"]: found["class"] for found in ran.result["differences"]} == {
        "MAIL_PASSWORD": "external",
        "ConfigMap.metadata.namespace": "external",
    }
    fetched_from(vault, site, ehlo_domain="licenses.acme.test")
    ran = kmconfig("drift", "staging", "--format", "json")
    assert {found["key"]: found["class"] for found in ran.result["differences"]}["MAIL_EHLO_DOMAIN"] == "unapplied"


@pytest.mark.parametrize("configure", ["fetched", "named"])
def test_a_rollback_brings_the_manifests_back_and_proves_them(
    site: Site, vault: AgedVault, kmconfig: Call, server: Server, configure: str
) -> None:
    def settings(**more: Any) -> None:
        if configure == "fetched":
            fetched_from(vault, site, **more)
        else:
            named(site, **more)

    settings()
    assert kmconfig(*APPLY).code == 0
    first = manifests(site)
    settings(ehlo_domain="licenses.acme.test")
    assert kmconfig(*APPLY).code == 0
    sent = len(server.messages)
    ran = kmconfig("rollback", "staging", "--yes", "--format", "json")
    assert (ran.code, ran.result["test"]["sent"]) == (0, True), ran.err
    assert manifests(site) == first
    assert len(server.messages) == sent + 1
    assert PASSWORD not in ran.out + ran.err
    settings()
    assert kmconfig(*APPLY).result["result"] == "unchanged"
    assert kmconfig("drift", "staging").code == 0


def test_a_rollback_tries_the_password_that_the_cluster_will_fetch(
    site: Site, vault: AgedVault, kmconfig: Call
) -> None:
    fetched_from(vault, site)
    assert kmconfig(*APPLY).code == 0
    fetched_from(vault, site, ehlo_domain="licenses.acme.test")
    assert kmconfig(*APPLY).code == 0
    second = manifests(site)
    vault.write("no longer the password")
    ran = kmconfig("rollback", "staging", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (1, "failed"), ran.err
    assert "535" in ran.err
    assert manifests(site) == second


def test_a_rollback_to_a_secret_that_is_fetched_from_elsewhere_tries_no_other(
    site: Site, vault: AgedVault, kmconfig: Call
) -> None:
    fetched_from(vault, site)
    assert kmconfig(*APPLY).code == 0
    fetched_from(vault, site, ehlo_domain="licenses.acme.test")
    assert kmconfig(*APPLY).code == 0
    vault.put(PATH, {"password": PASSWORD}, mount="other")
    vault.policy("full", {**POLICIES["full"], "other/data/*": ["read"], "other/metadata/*": ["read"]})
    elsewhere = {"vault": {"address": vault.address, "mount": "other"}}
    fetched_from(vault, site, ehlo_domain="licenses.acme.test", stores=elsewhere)
    ran = kmconfig("rollback", "staging", "--yes", "--format", "json")
    assert (ran.code, ran.result["test"]["sent"]) == (0, False), ran.err
    assert "fetched from elsewhere" in ran.result["test"]["reason"]


def test_a_rollback_without_the_store_says_why_nothing_is_tried(site: Site, vault: AgedVault, kmconfig: Call) -> None:
    fetched_from(vault, site)
    assert kmconfig(*APPLY).code == 0
    first = manifests(site)
    fetched_from(vault, site, ehlo_domain="licenses.acme.test")
    assert kmconfig(*APPLY).code == 0
    vault.seal()
    ran = kmconfig("rollback", "staging", "--yes", "--format", "json")
    assert (ran.code, ran.result["test"]["sent"]) == (0, False), ran.err
    assert "cannot be tried" in ran.result["test"]["reason"]
    assert "Vault is sealed" in ran.result["test"]["reason"]
    assert manifests(site) == first


def test_a_rollback_to_what_somebody_had_changed_tries_nothing(site: Site, kmconfig: Call) -> None:
    named(site)
    assert kmconfig(*APPLY).code == 0
    path = folder(site) / CONFIG
    path.write_text(path.read_text(encoding="utf-8").replace("localhost", "smtp.evil.test"), encoding="utf-8")
    changed = manifests(site)
    named(site, ehlo_domain="licenses.acme.test")
    assert kmconfig(*APPLY, "--approve", "host-change").code == 0
    ran = kmconfig("rollback", "staging", "--yes", "--approve", "host-change", "--format", "json")
    assert (ran.code, ran.result["test"]["sent"]) == (0, False), ran.err
    assert "no run of ours left it" in ran.result["test"]["reason"]
    assert manifests(site) == changed


def test_a_rollback_of_the_first_run_removes_the_manifests(site: Site, kmconfig: Call) -> None:
    named(site)
    assert kmconfig(*APPLY).code == 0
    ran = kmconfig("rollback", "staging", "--yes", "--no-test-send", "the settings have worked before")
    assert ran.code == 0, ran.err
    assert manifests(site) == {}
