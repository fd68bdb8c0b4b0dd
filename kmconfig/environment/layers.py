"""From the files of the environments folder to the layers of each environment, in the order they apply."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmconfig.environment.schemas import load_schema
from kmconfig.environment.shape import check_shape
from kmconfig.source.parser import Document, parse
from kmconfig.source.problem import Problem
from kmconfig.source.reader import decode, read_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmconfig.source.value import Value

SUFFIXES = (".yaml", ".yml")


class Layer:
    """One file: its parsed document and the layers it extends, nearest last."""

    __slots__ = ("document", "extends", "incomplete", "location", "name")

    def __init__(self, *, name: str, location: Path, document: Document) -> None:
        self.name = name
        self.location = location
        self.document = document
        self.extends: list[Layer] = []
        #: a layer below could not be found, so absent settings are not known to be absent
        self.incomplete = document.root is None

    @property
    def tier(self) -> Value[Any] | None:
        """The tier, if this file says one, which makes it an environment."""
        root = self.document.root
        if root is None or not isinstance(root.data, dict):
            return None
        return root.data.get("tier")


class LayerFolder:
    """Reads the files of one environments folder, each once."""

    def __init__(self, root: Path, folder: Path, *, overlay: dict[str, bytes] | None = None) -> None:
        self.root = root
        self.folder = folder
        self._real_folder = os.path.realpath(folder)
        self._layers: dict[str, Layer] = {}
        self._overlay = overlay or {}

    def discover(self) -> list[Path]:
        """All YAML files below the folder, sorted; hidden files and folders are passed over."""
        found: list[Path] = []
        for base, folders, files in os.walk(self.folder):
            folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
            found += [Path(base, file) for file in files if file.endswith(SUFFIXES) and not file.startswith(".")]
        return sorted(found)

    def name_of(self, location: Path) -> str:
        """``environments/acme/eu.yaml`` is ``acme/eu``."""
        return Path(os.path.relpath(location, self.folder)).with_suffix("").as_posix()

    def load(self, location: Path) -> Layer:
        """The layer of a file, with everything it extends loaded too."""
        key = os.path.realpath(location)
        if key in self._layers:
            return self._layers[key]
        layer = self._layers[key] = Layer(
            name=self.name_of(location), location=location, document=self._document(location)
        )
        layer.extends = [other for other in self._extended(layer) if other is not None]
        return layer

    def _document(self, location: Path) -> Document:
        shown = os.path.relpath(location, self.root).replace(os.sep, "/")
        if shown in self._overlay:
            file, problem = decode(self._overlay[shown], shown)
        else:
            file, problem = read_source(location, shown)
        if problem is not None:
            document = Document(file)
            document.problems.append(problem)
            return document
        document = parse(file)
        if document.root is None and not document.problems:
            document.root = _empty(document)
        if document.root is not None:
            schema = load_schema("environment")
            document.problems += check_shape(document.root, schema, broken=document.broken, file=file)
        return document

    def _extended(self, layer: Layer) -> list[Layer | None]:
        root = layer.document.root
        named = root.data.get("extends") if root is not None and isinstance(root.data, dict) else None
        if named is None:
            return []
        entries: Sequence[Value[Any]] = named.data if isinstance(named.data, list) else [named]
        return [self._follow(layer, entry) for entry in entries]

    def _follow(self, layer: Layer, entry: Value[Any]) -> Layer | None:
        if not isinstance(entry.data, str) or entry.path in layer.document.broken:
            layer.incomplete = True
            return None
        location = layer.location.parent / entry.data
        reason = self._refusal(location)
        if reason is None:
            return self.load(location)
        layer.incomplete = True
        layer.document.problems.append(
            _broken_extends(entry, reason, "name a YAML file inside the environments folder")
        )
        return None

    def _refusal(self, location: Path) -> str | None:
        real = os.path.realpath(location)
        if os.path.commonpath((real, self._real_folder)) != self._real_folder:
            return "it lies outside the environments folder"
        if not location.name.endswith(SUFFIXES):
            return "it is no .yaml or .yml file"
        shown = os.path.relpath(location, self.root).replace(os.sep, "/")
        if not os.path.lexists(location) and shown not in self._overlay:
            return "there is no such file"
        return None


def in_order(layer: Layer) -> list[Layer]:
    """The layers of a file, lowest first, itself last; each counts once, before all that build on it.

    A cycle is reported as a problem of the file that closes it.
    """
    order: list[Layer] = []
    done: set[str] = set()
    trail: list[Layer] = []
    stack: list[tuple[Layer, int]] = [(layer, 0)]
    while stack:
        current, position = stack.pop()
        if position == 0:
            trail.append(current)
        if position < len(current.extends):
            stack.append((current, position + 1))
            following = current.extends[position]
            if following in trail:
                _report_cycle(current, position, [*trail[trail.index(following) :], following])
            elif following.name + str(following.location) not in done:
                stack.append((following, 0))
            continue
        trail.pop()
        done.add(current.name + str(current.location))
        order.append(current)
    return order


def _report_cycle(layer: Layer, position: int, cycle: list[Layer]) -> None:
    root = layer.document.root
    if root is None:
        return
    named = root.data["extends"]
    entry = named.data[position] if isinstance(named.data, list) else named
    layer.incomplete = True
    path = " → ".join(step.document.file.path for step in cycle)
    problem = _broken_extends(entry, f"the layers extend each other: {path}", "remove one of these `extends`")
    if not any(str(known.span) == str(problem.span) for known in layer.document.problems if known.code == "KM108"):
        layer.document.problems.append(problem)


def _broken_extends(entry: Value[Any], reason: str, remedy: str) -> Problem:
    if entry.span is None:
        raise ValueError("an entry of `extends` is always written")
    return Problem("KM108", f"cannot extend `{entry.data}`: {reason}", entry.span, help=remedy, path=entry.path)


def _empty(document: Document) -> Value[Any]:
    from kmconfig.source.span import Span  # noqa: PLC0415
    from kmconfig.source.value import Value  # noqa: PLC0415

    return Value({}, (), Span(document.file, 0, 0))
