"""Examines some files of a fleet and forgets them again."""

from __future__ import annotations

import os
from hashlib import blake2b
from itertools import dropwhile
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.environment.environment import compose
from kmconfig.lint.examine import Examiner
from kmconfig.lint.fleet.portable import NotPortableError, pack
from kmconfig.lint.suppressions import may_suppress

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from kmconfig.environment.layers import Layer, LayerFolder
    from kmconfig.environment.project import Project
    from kmconfig.lint.examine import Examined
    from kmconfig.lint.rule import Rule
    from kmconfig.source.span import SourceFile

#: Faults that depend on more than the content of the files involved.
_OF_THE_FOLDER = frozenset(("KM108", "KM110"))


class Chunk(NamedTuple):
    """A record for each file, in order, and the texts of those files that reports need, by path.

    ``tangled`` are the paths of files that lead to layers that extend each other. Which of these is at fault depends
    on the file that is read first, so such files have to be examined together.
    """

    records: list[bytes]
    texts: dict[str, str]
    tangled: list[str]


def digest_of(content: bytes) -> bytes:
    """What tells one content of a file from another, 16 bytes."""
    return blake2b(content, digest_size=16).digest()


def examine_chunk(
    project: Project, rules: tuple[Rule, ...], locations: Sequence[str], *, as_layers: bool = False
) -> Chunk:
    """Examine files of the environments folder, with the layers they extend. Nothing of them is kept.

    With ``as_layers`` none of them makes an environment. Raises NotPortableError for findings in other texts.
    """
    digests: dict[str, bytes] = {}
    folder = project.open_folder(watch=lambda path, content: digests.__setitem__(path, digest_of(content)))
    examiner = Examiner(project.file, rules)
    chunk = Chunk([], {}, [])
    for location in locations:
        layer = folder.load(location)
        if layer.tier is None or as_layers:
            layers: tuple[Layer, ...] = (layer,)
            examined = examiner.layer(layer)
        else:
            environment = compose(layer)
            layers = environment.layers
            examined = examiner.environment(environment)
        files = {found.document.file.path: found.document.file for found in layers}
        reached = _reached(layer)
        needed = list(_needed(examined, files.values()).values())
        if project.file.document is not None:
            needed = [file for file in needed if file is not project.file.document.file]
        if any(file.path not in reached or file is not reached[file.path].document.file for file in needed):
            raise NotPortableError
        chunk.texts.update((file.path, file.text) for file in needed)
        tangled = any(_is_tangled(found, folder, digests) for found in reached.values())
        chunk.tangled.extend([examined.path] if tangled else [])
        kept = not tangled and reached.keys() <= digests.keys() and _may_be_kept(examined, reached.values(), needed)
        depends = [(path, digests[path]) for path in reached] if kept else ()
        beside = [path for path in reached if path not in files]
        chunk.records.append(pack(examined, depends=depends, files=needed, beside=beside))
    return chunk


def _reached(layer: Layer) -> dict[str, Layer]:
    """All files that a file leads to, itself first, by path."""
    found: dict[str, Layer] = {}
    pending = [layer]
    while pending:
        following = pending.pop()
        if following.document.file.path not in found:
            found[following.document.file.path] = following
            pending += following.extends
    return found


def _is_tangled(layer: Layer, folder: LayerFolder, read: Container[str]) -> bool:
    """Whether the file was refused what it extends although that could be read, which only happens in a circle."""
    if all(problem.code != "KM108" for problem in layer.document.problems):
        return False
    extended = {found.location for found in layer.extends}
    named = (folder.key(os.path.join(_folder_of(layer), text)) for text in _named(layer))  # noqa: PTH118 - as there
    return any(key not in extended and folder.shown(key) in read for key in named)


def _named(layer: Layer) -> list[str]:
    """What stands under ``extends``, as far as it is sound."""
    named, refused = layer.setting("extends"), layer.document.refused
    if named is None or named.path in refused:
        return []
    entries = named.data if isinstance(named.data, list) else [named]
    return [entry.data for entry in entries if isinstance(entry.data, str) and entry.path not in refused]


def _folder_of(layer: Layer) -> str:
    return layer.location.rpartition("/")[0]


def _needed(examined: Examined, files: Iterable[SourceFile]) -> dict[int, SourceFile]:
    """The files that findings show, and those that hold suppressions or what must not be shown."""
    found = [file for file in files if file.sensitive or may_suppress(file)]
    for located in examined.findings:
        edits = located.fix.edits if located.fix is not None else ()
        found += [located.place.span.file, *(place.span.file for place in located.related)]
        found += [edit.span.file for edit in edits]
    return {id(file): file for file in found}


def _may_be_kept(examined: Examined, layers: Iterable[Layer], needed: Iterable[SourceFile]) -> bool:
    """Whether the contents of these files alone decide what came of them, and none of it is a secret."""
    if examined.crashes or any(file.sensitive for file in needed):
        return False
    return not any(_depends_on_folder(layer) or _goes_through_links(layer) for layer in layers)


def _depends_on_folder(layer: Layer) -> bool:
    return any(problem.code in _OF_THE_FOLDER for problem in layer.document.problems)


def _goes_through_links(layer: Layer) -> bool:
    """Whether the file or one that it names is reached through a link, which may lead elsewhere tomorrow."""
    if layer.real != layer.location:
        return True
    named = _named(layer)
    written = [os.path.normpath(f"{_folder_of(layer)}/{text}") for text in named]
    return written != [extended.location for extended in layer.extends] or any(map(_turns_back, named))


def _turns_back(text: str) -> bool:
    """Whether a path enters a folder and leaves it by ``..``, which leads elsewhere once the folder is a link."""
    return ".." in dropwhile(lambda part: part in ("", ".", ".."), text.split("/"))
