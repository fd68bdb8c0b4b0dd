"""The repository: its root, its project file and all of its environments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kmconfig.environment.environment import Environment, compose
from kmconfig.environment.layers import Layer, LayerFolder
from kmconfig.environment.projectfile import ProjectFile, read_project_file
from kmconfig.errors import ConfigurationError
from kmconfig.source.problem import Problem
from kmconfig.source.span import Label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

PROJECT_FILE = "kmconfig.yaml"


def find_root(start: Path) -> Path:
    """The nearest folder upwards that holds a project file, an environments folder or a repository."""
    start = start.absolute()
    return next((folder for folder in (start, *start.parents) if _is_root(folder)), start)


def _is_root(folder: Path) -> bool:
    if os.path.lexists(folder / PROJECT_FILE) or os.path.lexists(folder / ".git"):
        return True
    return os.path.isdir(folder / "environments")  # noqa: PTH112 - unlike Path's, never raises


class Project:
    """A repository with its project file, layers and environments, each file read once.

    ``environments`` maps names to environments in the order of their files; ``layers`` are all files read.
    ``overlay`` holds contents that count instead of those on disk, by path relative to the root.

    Raises ConfigurationError where the project file allows plugins and a store or target of theirs cannot be used.
    """

    def __init__(self, root: Path, *, overlay: dict[str, bytes] | None = None) -> None:
        self.root = root
        self.overlay = dict(overlay or {})
        self.file: ProjectFile = read_project_file(root, PROJECT_FILE, content=self.overlay.get(PROJECT_FILE))
        self.folder = root / self.file.environments
        self._folder = self.open_folder()
        self._layers: dict[Layer, None] = {}
        self._composed: dict[Layer, Environment] = {}
        self._clashing: set[Layer] = set()
        self.environments: dict[str, Environment] = {}

    @property
    def layers(self) -> list[Layer]:
        """All files read, each once."""
        return list(self._layers)

    def open_folder(self, *, watch: Callable[[str, bytes], None] | None = None) -> LayerFolder:
        """The environments folder, of which nothing has been read yet. ``watch`` is told what is read."""
        return LayerFolder(self.root, self.folder, overlay=self.overlay, watch=watch, words=self.file.words)

    def discover(self) -> list[str]:
        """The files of the environments folder, in order, none of them read."""
        return self._folder.discover()

    def load(self, locations: Iterable[str | Path] | None = None) -> None:
        """Read the given files, or all of the environments folder."""
        for location in self._folder.discover() if locations is None else locations:
            self._take(self._folder.load(location))

    def add(self, folder: LayerFolder, location: str | Path) -> None:
        """Take in a file that lies outside the environments folder, with what it extends in its own folder."""
        layer = folder.load(location)
        if layer not in self._layers and layer.name in self.environments:
            layer.name = layer.document.file.path.rpartition(".")[0]
        self._take(layer)

    def _take(self, layer: Layer) -> None:
        pending = [layer]
        while pending:
            found = pending.pop()
            if found not in self._layers:
                self._layers[found] = None
                pending += found.extends
        if layer.tier is not None:
            environment = self._compose(layer)
            first = self.environments.setdefault(layer.name, environment)
            if first is not environment and layer not in self._clashing:
                self._clashing.add(layer)
                _report_same_name(layer, first)

    def _compose(self, layer: Layer) -> Environment:
        if layer not in self._composed:
            self._composed[layer] = compose(layer)
        return self._composed[layer]

    def environment(self, name: str) -> Environment:
        """Load one environment by its name.

        Raises:
            ConfigurationError: there is no such environment; says the nearest name. Or two files have the name.
        """
        files = self._folder.find(name)
        found = [layer for layer in files if layer.tier is not None or not _is_readable(layer)]
        if len(found) > 1:
            raise ConfigurationError(
                f"`{name}` is two files: {' and '.join(layer.document.file.path for layer in found)}",
                help="remove or rename one of them",
            )
        if found:
            self._take(found[0])
            return self._compose(found[0])
        if files:
            raise ConfigurationError(
                f"`{name}` is a layer, not an environment: {files[0].document.file.path} has no `tier`",
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
            remedy = f"write {shown}/production.yaml with a `tier`; the root is {self.root}"
        return ConfigurationError(f"there is no environment `{name}`", help=remedy)

    def names(self) -> list[str]:
        """The names of all environments, sorted by file."""
        loaded = [self._folder.load(location) for location in self._folder.discover()]
        return list(dict.fromkeys(layer.name for layer in loaded if layer.tier is not None))

    def names_to_handle(self) -> list[str]:
        """What ``--all`` stands for: all environments, and files of which nobody can tell whether they are one.

        A file that cannot be read and that another one extends is not among them: whoever extends it tells of it.
        """
        loaded = [self._folder.load(location) for location in self._folder.discover()]
        extended = {layer for user in loaded for layer in user.extends}
        return list(
            dict.fromkeys(layer.name for layer in loaded if layer.tier is not None or _unknown(layer, extended))
        )


def _unknown(layer: Layer, extended: set[Layer]) -> bool:
    return layer not in extended and not _is_readable(layer)


def _is_readable(layer: Layer) -> bool:
    return layer.document.root is not None and isinstance(layer.document.root.data, dict)


def _report_same_name(layer: Layer, first: Environment) -> None:
    """Two files that only differ in their suffix: nobody could say which of them a name means."""
    tier, other = layer.tier, first.layers[-1].tier
    if tier is None or tier.span is None:
        raise ValueError("an environment has a tier, which is written")
    related = (Label(other.span, "the other one"),) if other is not None and other.span is not None else ()
    message = f"the environment `{layer.name}` stands in two files: {first.file.path} and {layer.document.file.path}"
    layer.document.problems.append(
        Problem("KM102", message, tier.span, help="remove or rename one of them", path=tier.path, related=related)
    )
