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


def test_a_rollback_brings_the_manifests_back(site: Site, kmconfig: Call) -> None:
    named(site)
    assert kmconfig(*APPLY).code == 0
    first = manifests(site)
    named(site, ehlo_domain="licenses.acme.test")
    assert kmconfig(*APPLY).code == 0
    ran = kmconfig("rollback", "staging", "--yes", "--no-test-send", "the settings have worked before")
    assert ran.code == 0, ran.err
    assert manifests(site) == first


def test_a_rollback_of_the_first_run_removes_the_manifests(site: Site, kmconfig: Call) -> None:
    named(site)
    assert kmconfig(*APPLY).code == 0
    ran = kmconfig("rollback", "staging", "--yes", "--no-test-send", "the settings have worked before")
    assert ran.code == 0, ran.err
    assert manifests(site) == {}
