"""Reading what lies in a folder of manifests: our files, and whose the kustomization is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.files.access import read_target
from kmconfig.targets.kubernetes.fields import documents, fields
from kmconfig.targets.kubernetes.kustomization import NAMES, is_ours
from kmconfig.targets.kubernetes.place import KUSTOMIZATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.targets.kubernetes.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The files that are ours or could be, by name; None for one that does not exist.

    The kustomization is among them unless somebody else wrote it: that one is ``foreign``. ``tokens`` tell one state
    of each file from another.
    """

    contents: Mapping[str, bytes | None]
    tokens: Mapping[str, str]
    foreign: bytes | None = None

    @property
    def base(self) -> str:
        """The token of all of them."""
        text = "\n".join(f"{name} {token}" for name, token in sorted(self.tokens.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def read_folder(place: Place) -> Folder:
    """Read it. Raises CouldNotCheck where a file cannot be read."""
    read = {name: read_file(place, name) for name in (place.config_file, place.secret_file, KUSTOMIZATION)}
    foreign = _foreign(place, read[KUSTOMIZATION][0])
    if foreign is not None:
        del read[KUSTOMIZATION]
    return Folder(
        contents={name: content for name, (content, _) in read.items()},
        tokens={name: token_of(place, name, *found) for name, found in read.items()},
        foreign=foreign,
    )


def token_of(place: Place, name: str, content: bytes | None, identity: str) -> str:
    """What tells one state of a file from another: what it says, so that each checkout of a commit has the same one.

    Where somebody may have put a secret into a manifest, or it cannot be understood, it is the file's ``identity``:
    what a secret is made into must not be searchable.
    """
    if content is None:
        return identity
    try:
        found = fields(documents({name: content}, place), {name: content}, place).values()
    except CouldNotCheck:
        return identity
    if any(field.hidden for field in found):
        return identity
    said = sorted((field.key, field.text) for field in found)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _foreign(place: Place, content: bytes | None) -> bytes | None:
    """The kustomization, under whichever name, if it is not ours."""
    if content is not None:
        return None if is_ours(content, place) else content
    return next((found for name in NAMES[1:] if (found := read_file(place, name)[0]) is not None), None)


def read_file(place: Place, name: str) -> tuple[bytes | None, str]:
    """The content of a file, None where it does not exist, and the token of its state. Raises CouldNotCheck."""
    return read_target(place.file(name), place.says(name))
