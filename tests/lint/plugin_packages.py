"""Packages with rules as an installer leaves them in a folder of the import path."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kmconfig.environment.extended import load_words
from kmconfig.environment.packages import forget_packages
from kmconfig.environment.project import Project
from kmconfig.environment.words import NO_WORDS, learn
from kmconfig.lint.catalogue import same_rules_after
from kmconfig.lint.engine import lint
from kmconfig.lint.plugins import load_plugins
from kmconfig.providers.offered import load_providers
from tests.lint.clean import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs/example-plugin"

#: A project file that lets plugins in.
ALLOWED = "version: 1\nplugins: true\n"

_RULE = '''\
"""{manual}"""
from kmconfig.rules import Finding, Label, rule

@rule("{code}", "{name}", severity="{severity}")
def check(env):
    {body}
'''


def module(
    *,
    code: str = "KM950",
    name: str = "no-mail",
    severity: str = "E/W/n",
    manual: str = "Never.",
    body: str = 'yield Finding("never", Label(env.email.smtp.host))',
) -> str:
    """The text of a module with one rule."""
    return _RULE.format(code=code, name=name, severity=severity, manual=manual, body=body)


def install_example(site: Path) -> None:
    """Put the documented example into a folder, by what its own pyproject.toml says."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))
    for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        shutil.copytree(EXAMPLE / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    about = project["project"]
    describe(site, about["name"], about["version"], about["entry-points"])


def install(
    site: Path, name: str, modules: Mapping[str, str], entries: Mapping[str, str], *, group: str = "kmconfig.rules"
) -> None:
    """Put a package of a few modules into a folder, with entry points of one group."""
    site.mkdir(parents=True, exist_ok=True)
    for module, text in modules.items():
        (site / f"{module}.py").write_text(text, encoding="utf-8")
    describe(site, name, "0.3", {group: entries})


def describe(site: Path, name: str, version: str, groups: Mapping[str, Mapping[str, str]]) -> None:
    """Write the metadata of a package with its entry points by group."""
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    texts = [
        "".join((f"[{group}]\n", *(f"{entry} = {value}\n" for entry, value in entries.items())))
        for group, entries in groups.items()
    ]
    (folder / "entry_points.txt").write_text("".join(texts), encoding="utf-8")


@contextmanager
def seen_only_here(site: Path) -> Iterator[None]:
    """Let what packages of a folder bring be forgotten at the end, as if this process had never seen them."""
    before = set(sys.modules)
    forget_plugins()
    with same_rules_after():
        yield
    forget_plugins()
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None)).startswith(str(site)):
            del sys.modules[name]


def forget_plugins() -> None:
    """Look anew for what is installed, the next time that somebody asks."""
    forget_packages()
    learn(NO_WORDS)
    for loaded in (load_plugins, load_providers, load_words):
        loaded.cache_clear()


def run_python(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, with the packages of another folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**kept, "PYTHONPATH": os.pathsep.join((str(site), str(ROOT))), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        (sys.executable, "-P", *arguments), cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def codes(ran: subprocess.CompletedProcess[str]) -> set[str]:
    """The codes that lint found."""
    return {finding["code"] for finding in json.loads(ran.stdout)["findings"]}


def found_by_all_rules(root: Path) -> set[tuple[int, str]]:
    """Line and code of everything there is to find, with plugins where the repository allows them."""
    project = Project(root)
    project.load()
    outcome = lint(project, today=TODAY)
    assert outcome.crashes == []
    return {(found.place.span.line, found.rule.code) for found in outcome.findings}
