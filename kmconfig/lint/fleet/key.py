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
from kmconfig.lint.catalogue import plugin_entries, plugins_identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.project import Project

_PACKAGE = Path(__file__).parents[2]

#: Modules that are there whether or not plugins are; which of them are loaded depends on the command line.
_NOT_OF_PLUGINS = sys.stdlib_module_names | {"__main__", "kmconfig", "yaml", "_yaml", "click"}


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
        *_plugins(),
    ):
        digest.update(f"{len(part)}:{part}\n".encode("utf-8", "surrogatepass"))
    digest.update(b"no project file" if own is None else b"project file:" + own)
    return digest.digest()


def _program() -> Iterator[str]:
    """Every file of this program with its size and time, for its version stays the same while it is worked on."""
    for folder in (_PACKAGE, schema_folder()):
        yield from _files(str(folder))


def _plugins() -> Iterator[str]:
    """The same for the packages of plugins, which may import more of themselves later, and for what they imported."""
    entries = plugin_entries()
    if not entries:
        return
    for package in sorted({entry.package for entry in entries}):
        for folder in getattr(sys.modules.get(package), "__path__", ()):
            yield from _files(str(folder))
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and name.partition(".")[0] not in _NOT_OF_PLUGINS:
            yield f"{name} {_stamp(file)}"


def _files(folder: str) -> Iterator[str]:
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
