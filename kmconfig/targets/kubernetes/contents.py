"""What each file of the folder is to hold."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.goal import Earlier
from kmconfig.targets.kubernetes.kustomization import kustomization_bytes
from kmconfig.targets.kubernetes.manifest_text import manifest_bytes
from kmconfig.targets.kubernetes.place import KUSTOMIZATION
from kmconfig.targets.kubernetes.wanted import wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.targets.goal import Goal
    from kmconfig.targets.kubernetes.folder import Folder
    from kmconfig.targets.kubernetes.place import Place


def desired(goal: Goal, place: Place, folder: Folder) -> dict[str, bytes | None]:
    """The content of each file that is ours, None for one that has to go.

    Our files are ours as a whole, so all of an earlier state goes back. A kustomization that somebody else has made
    or changed is not among them.
    """
    if isinstance(goal, Earlier):
        kept = unpack(goal.snapshot) or dict.fromkeys(folder.contents)
        return {name: content for name, content in kept.items() if name in folder.contents}
    resources = wanted(goal.environment, place)
    secret = resources.external_secret
    found: dict[str, bytes | None] = {
        place.config_file: manifest_bytes(resources.config_map),
        place.secret_file: None if secret is None else manifest_bytes(secret),
    }
    if KUSTOMIZATION in folder.contents:
        found[KUSTOMIZATION] = kustomization_bytes(resource_files(found))
    return found


def resource_files(contents: Mapping[str, bytes | None]) -> tuple[str, ...]:
    """The files that a kustomization has to list."""
    return tuple(name for name, content in contents.items() if content is not None and name != KUSTOMIZATION)


def pack(contents: Mapping[str, bytes | None]) -> bytes | None:
    """A snapshot; None where there is no file at all."""
    if all(content is None for content in contents.values()) and KUSTOMIZATION in contents:
        return None
    files = {
        name: None if content is None else base64.b64encode(content).decode() for name, content in contents.items()
    }
    return json.dumps({"version": 1, "files": files}, sort_keys=True).encode()


def unpack(snapshot: bytes | None) -> dict[str, bytes | None] | None:
    """The files of a snapshot. Raises CouldNotCheck where it is none of ours."""
    if snapshot is None:
        return None
    files = _files(snapshot)
    if files is None:
        raise CouldNotCheck(
            "the snapshot of the manifests cannot be read", help="take the files back with git: `git restore`"
        )
    return files


def _files(snapshot: bytes) -> dict[str, bytes | None] | None:
    try:
        files = json.loads(snapshot)["files"]
        return {name: None if text is None else base64.b64decode(text, validate=True) for name, text in files.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
