"""From the paths on a command line to the files of a project."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kmconfig.environment.layers import SUFFIXES, LayerFolder
from kmconfig.environment.project import PROJECT_FILE
from kmconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from kmconfig.environment.project import Project


def choose(project: Project, paths: list[Path]) -> list[str]:
    """Load what the paths name, and return the chosen files relative to the root.

    Files below the environments folder are seen with all of the project's environments. Others stand for
    themselves: the folder they lie in is their environments folder.
    """
    chosen: list[str] = []
    inside = False
    for path in paths:
        if shown_path(project.root, path) not in project.overlay and not os.path.lexists(path):
            raise ConfigurationError(f"there is no file or folder `{path}`", help="check the PATH")
        for location in [path] if shown_path(project.root, path) in project.overlay else _files(path):
            shown = shown_path(project.root, location)
            if shown == PROJECT_FILE:
                chosen.append(shown)
            elif _is_below(location, project.folder):
                inside = True
                chosen.append(shown)
            else:
                base = path if path.is_dir() else location.parent
                project.add(LayerFolder(project.root, base, overlay=project.overlay), location)
                chosen.append(shown)
    if inside:
        project.load()
    return chosen


def shown_path(root: Path, path: Path) -> str:
    """A path relative to the root, as reports write it."""
    return os.path.relpath(path.absolute(), root.absolute()).replace(os.sep, "/")


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return [
        Path(base, file)
        for base, folders, files in os.walk(path)
        for file in sorted(files)
        if file.endswith(SUFFIXES) and not file.startswith(".") and "/." not in os.path.relpath(base, path)
        if folders is not None
    ]


def _is_below(location: Path, folder: Path) -> bool:
    return folder.absolute() in location.absolute().parents
