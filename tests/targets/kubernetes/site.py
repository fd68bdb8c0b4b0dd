"""A repository whose environment `staging` is written to a folder of manifests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from kmconfig.environment.project import Project
from kmconfig.targets.interface import WritePermit
from kmconfig.targets.keeping.folder import FileFence
from kmconfig.targets.kubernetes import KubernetesReader, open_keeper, open_writer
from kmconfig.targets.kubernetes.place import place_of
from kmconfig.targets.unresolved import unresolved
from tests.cli.running import write

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.targets.goal import Candidate, Goal
    from kmconfig.targets.interface import Comparison
    from kmconfig.targets.kubernetes.writer import ManifestWriter

CONFIG = "keymanager-mail-configmap.yaml"
SECRET = "keymanager-mail-externalsecret.yaml"
KUSTOMIZATION = "kustomization.yaml"
PASSWORD = {"vault": "keymanager/staging/smtp#password"}
SMTP = {"smtp": {"host": "smtp.sendgrid.net", "username": "apikey", "password": PASSWORD}}


class Interrupted(Exception):  # noqa: N818 - an event
    """The run was killed here."""


class KilledBefore(FileFence):
    """Ends a run when it is about to write for the n-th time."""

    def __init__(self, at: int) -> None:
        self._left = at

    def check(self) -> None:
        """Count down."""
        self._left -= 1
        if self._left == 0:
            raise Interrupted


@dataclass(frozen=True, slots=True)
class Site:
    """``root`` holds the repository."""

    root: Path

    @property
    def folder(self) -> Path:
        """Where the manifests lie."""
        return self.root / "deploy/staging"

    @property
    def environment(self) -> Environment:
        """The environment as its file says it now."""
        return Project(self.root).environment("staging")

    @property
    def candidate(self) -> Candidate:
        """The settings; no store is asked, since this target needs no value of a secret."""
        return unresolved(self.environment)

    @property
    def reader(self) -> KubernetesReader:
        """The reader of the target."""
        block = self.environment.get("target", "kubernetes")
        assert block is not None
        return KubernetesReader(place_of(block, self.root))

    def configure(self, email: dict[str, Any] = SMTP, *, sender: str = "Acme Licences", **block: Any) -> Site:
        """Write the environment; ``block`` is laid over the target's."""
        target = {"directory": "deploy/staging", "namespace": "keymanager", "name": "keymanager-mail", **block}
        settings = {
            "version": 1,
            "tier": "staging",
            "application": {"name": "Acme", "url": "https://licenses.acme.example"},
            "email": {**email, "sender": {"email": "licensing@acme.example", "name": sender}},
            "target": {"kubernetes": target},
        }
        write(self.root, {"environments/staging.yaml": json.dumps(settings, indent=2, ensure_ascii=False)})
        return self

    def compare(self, goal: Goal | None = None) -> Comparison:
        """Plan."""
        return self.reader.compare(goal or self.candidate)

    def operations(self, goal: Goal | None = None) -> dict[str, tuple[str, str | None, str | None]]:
        """What a plan says, by key."""
        return {op.key: (op.action, op.before, op.after) for op in self.compare(goal).operations}

    def writer(self, goal: Goal | None = None) -> ManifestWriter:
        """A writer for what lies there now."""
        reader = self.reader
        open_keeper(reader).ensure()
        permit = WritePermit("digest", reader.live().base)
        writer = open_writer(reader, permit, goal or self.candidate, formerly_ours=frozenset())
        writer.prepare()
        return writer

    def apply(self, goal: Goal | None = None) -> bytes | None:
        """Write, and return what was there before."""
        writer = self.writer(goal)
        snapshot = writer.capture()
        writer.stage()
        writer.write(FileFence())
        assert self.compare(goal).operations == ()
        return snapshot

    def manifest(self, name: str) -> dict[str, Any]:
        """What a file holds."""
        document = yaml.safe_load((self.folder / name).read_bytes())
        assert isinstance(document, dict)
        return document

    def files(self) -> dict[str, bytes]:
        """All that a repository would take of the folder."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir()) if path.name != ".kmconfig"}


def remote_ref(manifest: dict[str, Any], key: str) -> dict[str, str]:
    """Where an ExternalSecret fetches a key from."""
    (found,) = [item["remoteRef"] for item in manifest["spec"]["data"] if item["secretKey"] == key]
    return {name: found[name] for name in ("key", "property", "version") if name in found}
