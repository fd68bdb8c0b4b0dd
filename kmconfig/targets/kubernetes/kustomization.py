"""The `kustomization.yaml` beside the manifests: ours where there was none, left alone where somebody else wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.source.parser import parse
from kmconfig.source.reader import decode
from kmconfig.targets.kubernetes.manifest_text import manifest_text
from kmconfig.targets.kubernetes.place import KUSTOMIZATION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmconfig.targets.kubernetes.place import Place

#: The names that kustomize looks for.
NAMES = (KUSTOMIZATION, "kustomization.yml", "Kustomization")

_HEADER = "# Written by kmconfig, since there was none. Changed by hand it is yours, and kmconfig leaves it alone.\n"


def kustomization_bytes(resources: Sequence[str]) -> bytes:
    """A kustomization that lists our files."""
    content = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(resources),
    }
    return f"{_HEADER}{manifest_text(content)}".encode()


def is_ours(content: bytes, place: Place) -> bool:
    """Whether it is, byte for byte, one that we would write."""
    lists = ([place.config_file], [place.config_file, place.secret_file])
    return content in map(kustomization_bytes, lists)


def written_for(content: bytes) -> tuple[str, ...]:
    """The files that a kustomization lists which we have written and nobody has changed; none of any other."""
    lines = content.decode("utf-8", "replace").splitlines()
    listed = tuple(line.removeprefix("- ") for line in lines if line.startswith("- "))
    return listed if content == kustomization_bytes(listed) else ()


def missing_lines(content: bytes, resources: Sequence[str]) -> tuple[str, ...]:
    """Which of our files a kustomization of somebody else does not list; all where it cannot be read."""
    file, problem = decode(content, KUSTOMIZATION)
    root = None if problem is not None else parse(file).root
    document = root.plain() if root is not None else None
    listed = document.get("resources") if isinstance(document, dict) else None
    known = {str(item).removeprefix("./") for item in listed} if isinstance(listed, list) else set()
    return tuple(name for name in resources if name not in known)
