"""What findings depend on beside the files that they are about."""

from __future__ import annotations

import os
import sys
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from kmconfig import __version__
from kmconfig.environment.schemas import schema_folder
from kmconfig.lint.catalogue import plugins_identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.project import Project

_PACKAGE = Path(__file__).parents[2]


def key_of(project: Project) -> bytes | None:
    """What results are kept under: the project file, the rules, this program, and what it runs on.

    None where the project file cannot be read, since nobody knows then what it says.
    """
    own = project.file.content
    if own is None and project.file.document is not None:
        return None
    digest = blake2b(digest_size=32)
    for part in (
        __version__,
        sys.version,
        yaml.__version__,
        str(hasattr(yaml, "CSafeLoader")),
        plugins_identity(),
        *_program(),
    ):
        digest.update(f"{len(part)}:{part}\n".encode("utf-8", "surrogatepass"))
    digest.update(b"no project file" if own is None else b"project file:" + own)
    return digest.digest()


def _program() -> Iterator[str]:
    """Every file of this program with its size and time, for its version stays the same while it is worked on."""
    for folder in (_PACKAGE, schema_folder()):
        for base, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                yield f"{base}/{name} {_stamp(f'{base}/{name}')}"


def _stamp(path: str) -> str:
    """Size and time of a file, none of a link that leads nowhere, as editors leave them beside what they edit."""
    try:
        status = os.stat(path)  # noqa: PTH116 - some hundred files
    except FileNotFoundError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"
