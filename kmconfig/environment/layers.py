"""From the files of the environments folder to the layers of each environment, in the order they apply."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kmconfig.environment.document import checked_document
from kmconfig.environment.words import NO_WORDS, Words
from kmconfig.source.problem import Problem
from kmconfig.source.reader import Unreadable, decode, read_content, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from kmconfig.source.parser import Document
    from kmconfig.source.value import Value

SUFFIXES = (".yaml", ".yml")
_LEADS_OUTSIDE = Unreadable(
    "it is a link that leads outside the environments folder", "put the file itself into the environments folder"
)


class Layer:
    """One file: its parsed document, and the layers it extends in the order in which it names them.

    ``name`` is that of the environment it makes if it has a tier. ``real`` is the file itself where ``location``
    is a link. ``incomplete`` says that it or a layer it names could not be read, so that what is absent is not
    known to be absent. ``words`` are those that it may use beside the published ones.
    """

    __slots__ = ("document", "extends", "incomplete", "location", "name", "real", "words")

    def __init__(self, *, name: str, location: str, real: str, document: Document, words: Words = NO_WORDS) -> None:
        self.name = name
        self.location = location
        self.real = real
        self.document = document
        self.words = words
        self.extends: list[Layer] = []
        self.incomplete = document.root is None or not isinstance(document.root.data, dict)

    @property
    def tier(self) -> Value[Any] | None:
        """The tier, if this file says one, which makes it an environment."""
        return self.setting("tier")

    def setting(self, key: str) -> Value[Any] | None:
        """A top-level setting as this file has it, be it sound or not."""
        root = self.document.root
        return root.data.get(key) if root is not None and isinstance(root.data, dict) else None


class LayerFolder:
    """Reads the files of one environments folder, each once.

    ``overlay`` holds contents that count instead of those on disk, by path relative to the root. ``watch`` is told
    the path and the content of every file that is read. ``words`` are those that files may use beside the published
    ones.
    """

    def __init__(
        self,
        root: Path,
        folder: Path,
        *,
        overlay: dict[str, bytes] | None = None,
        watch: Callable[[str, bytes], None] | None = None,
        words: Words = NO_WORDS,
    ) -> None:
        self._real = os.path.realpath(folder)
        self._prefix = _shown_folder(root, folder)
        self._layers: dict[str, Layer] = {}
        self._folders: dict[str, str] = {}
        self._overlay = {os.path.normpath(path): content for path, content in (overlay or {}).items()}
        self._watch = watch
        self._words = words

    def discover(self) -> list[str]:
        """All YAML files below the folder, sorted; hidden ones and folders behind links are passed over.

        A folder that cannot be listed stands for the files nobody can see.
        """
        found: set[str] = {path for path in map(self._within, self._overlay) if path is not None}
        pending = [""]
        while pending:
            relative = pending.pop()
            try:
                entries = list(os.scandir(os.path.join(self._real, relative)))  # noqa: PTH118 - start-up
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                found.add(relative.rstrip("/"))
                continue
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{relative}{entry.name}/")
                elif entry.name.endswith(SUFFIXES):
                    found.add(relative + entry.name)
        return [f"{self._real}/{relative}" for relative in sorted(found, key=lambda path: path.split("/"))]

    def find(self, name: str) -> list[Layer]:
        """The files that go by a name, such as ``acme/eu``: one, none, or two of different suffixes."""
        parts = name.split("/")
        if "\0" in name or any(not part or part.startswith(".") for part in parts):
            return []
        keys = [f"{self._real}/{name}{suffix}" for suffix in SUFFIXES]
        return [self.load(key) for key in keys if self.key(key) == key and self._is_there(key)]

    def load(self, location: str | Path) -> Layer:
        """The layer of a file, with everything it extends loaded too."""
        key = self.key(str(location))
        if key in self._layers:
            return self._layers[key]
        first = self._read(key)
        trail = {first.real: first}
        pending = [self._named(first)]
        while pending:
            layer = next(reversed(trail.values()))
            entry = next(pending[-1], None)
            if entry is None:
                pending.pop()
                trail.popitem()
                continue
            following = self._follow(layer, entry)
            if following is None:
                continue
            known = self._layers.get(following)
            extended = known or self._read(following)
            if extended.real in trail:
                _report_cycle(layer, entry, trail, extended)
                continue
            layer.extends.append(extended)
            if known is None:
                trail[extended.real] = extended
                pending.append(self._named(extended))
        return first

    def key(self, location: str) -> str:
        """The absolute path of a file, with links in its folders resolved."""
        folder, _, name = location.rpartition("/")
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return f"{self._folders[folder]}/{name}"

    def shown(self, key: str) -> str:
        """A file's path relative to the root, as people write it."""
        if key.startswith(f"{self._real}/"):
            return self._prefix + key[len(self._real) + 1 :]
        return self._prefix + os.path.relpath(key, self._real) if key != self._real else self._prefix.rstrip("/")

    def _within(self, shown: str) -> str | None:
        """A path of the overlay relative to the folder, if it is a file that ``discover`` would find."""
        if not shown.startswith(self._prefix) or not shown.endswith(SUFFIXES):
            return None
        relative = shown[len(self._prefix) :]
        return None if any(part.startswith(".") for part in relative.split("/")) else relative

    def _read(self, key: str) -> Layer:
        shown = self.shown(key)
        real = os.path.realpath(key) if os.path.islink(key) else key  # noqa: PTH114 - start-up
        layer = Layer(
            name=shown[len(self._prefix) :].rpartition(".")[0],
            location=key,
            real=real,
            document=self._document(key, shown, inside=self._is_inside(real)),
            words=self._words,
        )
        self._layers[key] = layer
        return layer

    def _is_there(self, key: str) -> bool:
        on_disk = os.path.lexists(key) and not os.path.isdir(key)  # noqa: PTH112 - start-up
        return on_disk or self.shown(key) in self._overlay

    def _is_inside(self, real: str) -> bool:
        return real.startswith(f"{self._real}/") or real == self._real

    def _document(self, key: str, shown: str, *, inside: bool) -> Document:
        raw = self.content(key, shown) if inside or shown in self._overlay else _LEADS_OUTSIDE
        if isinstance(raw, Unreadable):
            return checked_document(*unreadable(shown, *raw), schema="environment", words=self._words)
        if self._watch is not None:
            self._watch(shown, raw)
        return checked_document(*decode(raw, shown), schema="environment", words=self._words)

    def content(self, key: str, shown: str, *, through_link: bool = True) -> bytes | Unreadable:
        """The bytes of a file that lies inside."""
        return self._overlay[shown] if shown in self._overlay else read_content(key, through_link=through_link)

    @staticmethod
    def _named(layer: Layer) -> Iterator[Value[Any]]:
        """What stands under ``extends``, as far as it is sound."""
        named, refused = layer.setting("extends"), layer.document.refused
        if named is None:
            return
        if named.path in refused:
            layer.incomplete = True
            return
        entries: Sequence[Value[Any]] = named.data if isinstance(named.data, list) else [named]
        for entry in entries:
            if isinstance(entry.data, str) and entry.path not in refused:
                yield entry
            else:
                layer.incomplete = True

    def _follow(self, layer: Layer, entry: Value[Any]) -> str | None:
        key = self.key(os.path.join(layer.location.rpartition("/")[0], entry.data))  # noqa: PTH118 - start-up
        reason = self._refusal(entry.data, key)
        if reason is None:
            return key
        _refuse(layer, entry, reason, "name a YAML file inside the environments folder, relative to this file")
        return None

    def _refusal(self, text: str, key: str) -> str | None:
        if text.startswith("/"):
            return "it is an absolute path"
        linked = os.path.islink(key)  # noqa: PTH114 - start-up
        if not self._is_inside(os.path.realpath(key) if linked else key):
            return "it lies outside the environments folder"
        if not key.endswith(SUFFIXES):
            return "it is no .yaml or .yml file"
        if key in self._layers or self.shown(key) in self._overlay:
            return None
        if os.path.isdir(key):  # noqa: PTH112 - start-up
            return "it is a folder"
        return None if linked or os.path.lexists(key) else "there is no such file"


def in_order(layer: Layer) -> tuple[Layer, ...]:
    """The layers of a file, lowest first, itself last; each file counts once, before all that build on it."""
    order: list[Layer] = []
    seen = {layer.real}
    stack = [(layer, iter(layer.extends))]
    while stack:
        current, extends = stack[-1]
        following = next((other for other in extends if other.real not in seen), None)
        if following is None:
            order.append(current)
            stack.pop()
        else:
            seen.add(following.real)
            stack.append((following, iter(following.extends)))
    return tuple(order)


def _shown_folder(root: Path, folder: Path) -> str:
    shown = os.path.relpath(folder.absolute(), root.absolute()).replace(os.sep, "/")
    return "" if shown == "." else f"{shown}/"


def _report_cycle(layer: Layer, entry: Value[Any], trail: dict[str, Layer], closing: Layer) -> None:
    names = list(trail)
    cycle = [*list(trail.values())[names.index(closing.real) :], closing]
    shown = " → ".join(step.document.file.path for step in cycle)
    reason = "a file cannot extend itself" if len(cycle) == 2 else "the layers extend each other"
    _refuse(layer, entry, f"{reason}: {shown}", "remove one of these `extends`")


def _refuse(layer: Layer, entry: Value[Any], reason: str, remedy: str) -> None:
    if entry.span is None:
        raise ValueError("an entry of `extends` is always written")
    message = f"cannot extend `{entry.data}`: {reason}"
    layer.document.problems.append(Problem("KM108", message, entry.span, help=remedy, path=entry.path))
    layer.incomplete = True
