"""From the paths on a command line to the files of a project."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.environment.layers import SUFFIXES, LayerFolder
from kmconfig.environment.project import PROJECT_FILE
from kmconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.environment.project import Project


class Chosen(NamedTuple):
    """The files that paths name, relative to the root.

    Those below the environments folder are seen with all of the project's environments, if there is any (``inside``).
    Others stand for themselves: ``outside`` has them with the folder that is their environments folder.
    """

    paths: list[str]
    inside: bool
    outside: list[tuple[Path, Path]]

    def load(self, project: Project, locations: list[str]) -> None:
        """Read the files; ``locations`` are those of the environments folder."""
        for base, location in self.outside:
            project.add(LayerFolder(project.root, base, overlay=project.overlay, words=project.file.words), location)
        if self.inside:
            project.load(locations)


def choose(project: Project, paths: Iterable[Path]) -> Chosen:
    """Find the files that paths name. Raises ConfigurationError for a path that is not there."""
    chosen = Chosen([], inside=False, outside=[])
    for path in paths:
        if shown_path(project.root, path) not in project.overlay and not os.path.lexists(path):
            raise ConfigurationError(f"there is no file or folder `{path}`", help="check the PATH")
        for location in [path] if shown_path(project.root, path) in project.overlay else _files(path):
            shown = shown_path(project.root, location)
            chosen.paths.append(shown)
            if _is_below(location, project.folder):
                chosen = chosen._replace(inside=True)
            elif shown != PROJECT_FILE:
                chosen.outside.append((path if path.is_dir() else location.parent, location))
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
