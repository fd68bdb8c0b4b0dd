"""The manifests built by kustomize, and what the manual shows, tried out."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kmconfig.environment.project import Project
from kmconfig.lint.readable import readable
from tests.cli.running import write
from tests.targets.kubernetes.site import CONFIG, SECRET, SMTP
from tests.targets.kubernetes.test_manifests import HOSTILE
from tests.targets.kubernetes.validity import assert_valid

if TYPE_CHECKING:
    from tests.targets.kubernetes.site import Site

MANUAL = Path(__file__).parents[3] / "docs/targets/kubernetes.md"


def fences(word: str) -> list[str]:
    """The YAML of the manual that is marked with a word."""
    text = MANUAL.read_text(encoding="utf-8")
    found = re.findall(r"^```yaml ([^\n]*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [text for mark, text in found if word in mark.split()]


def build(folder: Path) -> list[dict[str, Any]]:
    """What kustomize makes of a folder."""
    if shutil.which("kustomize"):
        command = ["kustomize", "build"]
    elif shutil.which("kubectl"):
        command = ["kubectl", "kustomize"]
    else:
        pytest.skip("needs kustomize, or kubectl, which has it built in; neither comes with Debian in a recent version")
    ran = subprocess.run([*command, str(folder)], capture_output=True, check=False, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return list(yaml.safe_load_all(ran.stdout))


def test_the_folder_builds_as_it_is(site: Site) -> None:
    site.apply()
    built = {manifest["kind"]: manifest for manifest in build(site.folder)}
    assert built == {"ConfigMap": site.manifest(CONFIG), "ExternalSecret": site.manifest(SECRET)}


def test_texts_come_through_another_reader_of_yaml(site: Site) -> None:
    texts = {}
    for number, text in enumerate(HOSTILE):
        site.configure(name=f"mail-{number}", sender=text).apply()
        name = f"mail-{number}-configmap.yaml"
        texts[name] = site.manifest(name)["data"]["MAIL_FROM_NAME"]
    write(site.folder, {"kustomization.yaml": yaml.safe_dump({"resources": list(texts)})})
    assert sorted(manifest["data"]["MAIL_FROM_NAME"] for manifest in build(site.folder)) == sorted(texts.values())


def test_the_deployment_of_the_manual_gets_the_checksum(site: Site) -> None:
    site.configure(directory="deploy/mail").apply()
    (deployment,), (kustomization,) = fences("deployment.yaml"), fences("kustomization.yaml")
    write(site.root / "deploy", {"deployment.yaml": deployment, "kustomization.yaml": kustomization})
    built = {manifest["kind"]: manifest for manifest in build(site.root / "deploy")}
    checksum = built["ConfigMap"]["metadata"]["annotations"]["checksum/config"]
    assert built["Deployment"]["spec"]["template"]["metadata"]["annotations"] == {"checksum/config": checksum}
    assert_valid(built["Deployment"])
    (variables,) = built["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert [next(iter(source.values()))["name"] for source in variables["envFrom"]] == ["keymanager-mail"] * 2


def test_the_block_of_the_manual_is_valid(site: Site) -> None:
    (text,) = fences("environment")
    block = yaml.safe_load(text)["target"]["kubernetes"]
    site.configure(SMTP, **block)
    assert readable(Project(site.root), "staging").name == "staging"
    found = site.operations()
    assert found["MAIL_PASSWORD"][0] == "add"


def test_the_manifests_of_the_manual_are_valid() -> None:
    texts = [*fences("argocd"), *fences("flux"), *fences("workflow")]
    documents = [document for text in texts for document in yaml.safe_load_all(text)]
    assert len(documents) == 7
    (plugin,) = [document for document in documents if document.get("kind") == "ConfigMap"]
    assert_valid(plugin)
    generate = yaml.safe_load(plugin["data"]["plugin.yaml"])["spec"]["generate"]
    assert "kmconfig render --target kubernetes" in generate["args"][0]
    (patch,) = map(yaml.safe_load, fences("patch"))
    spec = patch["spec"]["template"]["spec"]
    mounted = {mount["name"] for mount in spec["containers"][0]["volumeMounts"]}
    assert {volume["name"] for volume in spec["volumes"]} <= mounted
