"""The repository: its root, its project file and all of its environments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kmconfig.environment.environment import Environment, compose
from kmconfig.environment.layers import Layer, LayerFolder
from kmconfig.environment.projectfile import ProjectFile, read_project_file
from kmconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PROJECT_FILE = "kmconfig.yaml"
_ROOT_MARKS = (PROJECT_FILE, "environments", ".git")


def find_root(start: Path) -> Path:
    """The nearest folder upwards that holds a project file, an environments folder or a repository."""
    start = start.absolute()
    for folder in (start, *start.parents):
        if any((folder / mark).exists() for mark in _ROOT_MARKS):
            return folder
    return start


class Project:
    """A repository with its project file, layers and environments, each file read once.

    ``environments`` maps names to environments in the order of their files; ``layers`` are all files read.
    """

    def __init__(self, root: Path, *, overlay: dict[str, bytes] | None = None) -> None:
        self.root = root
        self.file: ProjectFile = read_project_file(root, PROJECT_FILE)
        self.folder = root / self.file.environments
        self._folder = LayerFolder(root, self.folder, overlay=overlay)
        self.layers: list[Layer] = []
        self.environments: dict[str, Environment] = {}

    def load(self, locations: Iterable[Path] | None = None) -> None:
        """Read the given files, or all of the environments folder."""
        for location in self._folder.discover() if locations is None else locations:
            layer = self._folder.load(location)
            self._take(layer)

    def add(self, folder: LayerFolder, location: Path) -> None:
        """Take in a file that lies outside the environments folder, with what it extends in its own folder."""
        self._take(folder.load(location))

    def _take(self, layer: Layer) -> None:
        environment = compose(layer) if layer.tier is not None or layer.incomplete else None
        for part in environment.layers if environment is not None else (layer,):
            if part not in self.layers:
                self.layers.append(part)
        if environment is not None and layer.tier is not None:
            self.environments.setdefault(environment.name, environment)

    def environment(self, name: str) -> Environment:
        """Load one environment by its name.

        Raises:
            ConfigurationError: there is no such environment; says the nearest name.
        """
        for suffix in (".yaml", ".yml"):
            location = self.folder / f"{name}{suffix}"
            if location.is_file() and _inside(location, self.folder):
                layer = self._folder.load(location)
                if layer.tier is not None or layer.document.root is None:
                    self._take(layer)
                    return compose(layer)
                raise ConfigurationError(
                    f"`{name}` is a layer, not an environment: {layer.document.file.path} has no `tier`",
                    help="name an environment that extends it, or add `tier: development|staging|production`",
                )
        raise self._unknown(name)

    def _unknown(self, name: str) -> ConfigurationError:
        from difflib import get_close_matches  # noqa: PLC0415 - only wrong names pay for it

        known = self.names()
        close = get_close_matches(name, known, 1)
        if close:
            remedy = f"did you mean `{close[0]}`?"
        elif known:
            remedy = f"there are: {', '.join(known)}"
        else:
            shown = os.path.relpath(self.folder, self.root)
            remedy = f"write {shown}/{name}.yaml with a `tier`; the root is {self.root}"
        return ConfigurationError(f"there is no environment `{name}`", help=remedy)

    def names(self) -> list[str]:
        """The names of all environments, sorted by file."""
        if not self.folder.is_dir():
            return []
        loaded: list[Any] = [self._folder.load(location) for location in self._folder.discover()]
        return [layer.name for layer in loaded if layer.tier is not None]


def _inside(location: Path, folder: Path) -> bool:
    real = os.path.realpath(folder)
    return os.path.commonpath((os.path.realpath(location), real)) == real
