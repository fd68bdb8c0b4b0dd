"""Packages with a store or a target that does what a test wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.running import write
from tests.lint.plugin_packages import install

if TYPE_CHECKING:
    from pathlib import Path

_KIND = """\
from kmconfig.plugins import {kind}

KIND = {kind}({fields})
"""

STORE = {
    "word": '"own_store"',
    "title": '"A store"',
    "description": '"Of a test."',
    "example": '"name"',
    "module": '"own_pack.work"',
}
TARGET = {
    "word": '"own_target"',
    "title": '"A target"',
    "description": '"Of a test."',
    "module": '"own_pack.work"',
    "settings": '{"path": {"$ref": "#/$defs/path", "type": "string"}}',
    "place": '("path",)',
}

WORK = """\
from kmconfig.plugins.stores import Description, Secret, SecretProblem, StoreUnreachable, accept

class Own:
    asked = []

    def __init__(self, opening):
        self.opening = opening

    def resolve(self, refs):
        self.asked.append(tuple(str(ref) for ref in refs))
        {resolve}

    def describe(self, refs):
        {describe}

    def identity(self):
        {identity}

    def close(self):
        {close}

def open_store(opening):
    {opens}
    return Own(opening)
"""


def work(
    *,
    resolve: str = "return {ref: accept(ref, 'value of ' + ref.name) for ref in refs}",
    describe: str = "return {ref: Description(ref=ref) for ref in refs}",
    identity: str = "return 'somebody'",
    close: str = "pass",
    opens: str = "pass",
) -> str:
    """The text of a store's module."""
    return WORK.format(resolve=resolve, describe=describe, identity=identity, close=close, opens=opens)


def install_kind(
    packages: Path,
    kind: str,
    text: str | None = None,
    *,
    name: str = "own-pack",
    folder: str = "own_pack",
    **fields: str,
) -> None:
    """Install a package with one store or target; ``fields`` are those that differ, as they stand in its code."""
    known = STORE if kind == "StoreKind" else TARGET
    made = ", ".join(f"{field}={value}" for field, value in {**known, **fields}.items())
    modules = {f"{folder}/__init__": "", f"{folder}/kinds": _KIND.format(kind=kind, fields=made)}
    if text is not None:
        modules[f"{folder}/work"] = text
    (packages / folder).mkdir(parents=True)
    group = "kmconfig.stores" if kind == "StoreKind" else "kmconfig.targets"
    install(packages, name, modules, {"the-kind": f"{folder}.kinds:KIND"}, group=group)


def write_environment(root: Path, reference: str = "{own_store: a}", *, more: str = "") -> None:
    """An environment whose password lies in the store."""
    text = f"""\
version: 1
tier: staging
application: {{url: https://licenses.acme.test}}
email:
  smtp: {{host: mail.acme.test, username: mailer, password: {reference}}}
  sender: {{email: licensing@acme.test}}
  test: {{recipients: [mail-test@acme.test]}}
{more}"""
    write(root, {"environments/staging.yaml": text})
