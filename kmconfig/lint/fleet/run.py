"""Lints a project of thousands of files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kmconfig.lint.catalogue import enable_plugins, offline_rules, rule_of
from kmconfig.lint.conclude import Conclusion
from kmconfig.lint.engine import lint_loaded
from kmconfig.lint.examine import Examiner
from kmconfig.lint.fleet.chunk import Chunk, digest_of, examine_chunk
from kmconfig.lint.fleet.portable import NotPortableError, depends_of, examined_of, notes_of, unpack
from kmconfig.lint.fleet.workers import share_out
from kmconfig.source.reader import Unreadable, decode, unreadable
from kmconfig.source.span import SourceFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kmconfig.environment.layers import LayerFolder
    from kmconfig.environment.project import Project
    from kmconfig.lint.conclude import Wish
    from kmconfig.lint.examine import Examined
    from kmconfig.lint.fleet.cache import Cache
    from kmconfig.lint.fleet.portable import Record
    from kmconfig.lint.outcome import Outcome
    from kmconfig.lint.rule import Rule

    #: Told how many of how many files have been examined.
    Progress = Callable[[int, int], None]

#: Files examined at a time. More of them take more memory, fewer read shared layers more often.
CHUNK = 100


def is_fleet(locations: Sequence[str]) -> bool:
    """Whether the environments of a project are told apart by their names alone, so that none needs to know others."""
    names = [os.path.splitext(location)[0] for location in locations]  # noqa: PTH122 - thousands of them
    return len(set(names)) == len(names)


def lint_fleet(
    project: Project,
    locations: Sequence[str],
    wish: Wish,
    *,
    cache: Cache | None = None,
    processes: int = 1,
    progress: Progress = lambda _done, _of: None,
) -> Outcome:
    """Lint the files at ``locations`` of the environments folder, as :func:`kmconfig.lint.engine.lint` does.

    Raises ConfigurationError where the project file asks for plugins and one of them cannot be used.
    """
    enable_plugins(project.file)
    try:
        return _lint(project, locations, wish, cache=cache, processes=processes, progress=progress)
    except NotPortableError:
        project.load(locations)
        return lint_loaded(project, wish)


def _lint(
    project: Project,
    locations: Sequence[str],
    wish: Wish,
    *,
    cache: Cache | None,
    processes: int,
    progress: Progress,
) -> Outcome:
    examiner = Examiner(project.file, offline_rules())
    own = examiner.project_file()
    fleet = _Fleet(project, locations)
    if cache is not None:
        fleet.recall(cache.load())
    fleet.examine(processes, progress)
    if cache is not None and fleet.examined and _may_be_kept(project):
        cache.save(fleet.to_keep())
    conclusion = Conclusion(examiner, wish, fleet.file)
    if own is not None:
        conclusion.take(own)
    conclusion.keep(fleet.conclude(conclusion, wish))
    return conclusion.outcome()


def _may_be_kept(project: Project) -> bool:
    """Whether all that was looked at is on disk, and no finding can repeat a secret of the project file."""
    document = project.file.document
    return not project.overlay and (document is None or not document.file.sensitive)


class _Fleet:
    """The records of all files, by the paths of these, and the few files that reports need."""

    def __init__(self, project: Project, locations: Sequence[str]) -> None:
        self._project = project
        self._folder: LayerFolder = project.open_folder()
        self._locations = {self._folder.shown(location): location for location in locations}
        self._records: dict[str, bytes] = {}
        self._files: dict[str, SourceFile] = {}
        self._tangled: list[str] = []
        self.examined = False

    def recall(self, known: dict[str, bytes]) -> None:
        """Take the records of those files that have not changed, and whose layers have not."""
        digests: dict[str, bytes | None] = {}
        for path in self._locations:
            raw = known.get(path)
            if raw is None:
                continue
            depends = depends_of(raw)
            if depends and all(self._digest(name, digests) == digest for name, digest in depends):
                self._records[path] = raw

    def _digest(self, path: str, digests: dict[str, bytes | None]) -> bytes | None:
        if path not in digests:
            location = self._folder.key(f"{self._project.root}/{path}")
            direct = self._is_direct(location, path)
            content = self._folder.content(location, path, through_link=False) if direct else None
            digests[path] = digest_of(content) if isinstance(content, bytes) else None
        return digests[path]

    def _is_direct(self, location: str, path: str) -> bool:
        """Whether no folder on the way is a link; nor the file, where what it holds is not read from it."""
        linked = path in self._project.overlay and os.path.islink(location)  # noqa: PTH114 - start-up
        return self._folder.shown(location) == path and not linked

    def examine(self, processes: int, progress: Progress) -> None:
        """Examine all files of which there is no record yet."""
        paths = [path for path in self._locations if path not in self._records]
        chunks = [paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]
        done = len(self._records)

        def work(number: int) -> Chunk:
            return examine_chunk(self._project, offline_rules(), [self._locations[path] for path in chunks[number]])

        tangled: set[str] = set()
        for number, plain in share_out(lambda number: tuple(work(number)), len(chunks), processes=processes):
            chunk = self._take(chunks[number], Chunk(*plain))
            tangled.update(chunk.tangled)
            done += len(chunk.records)
            progress(done, len(self._locations))
        self.examined = bool(chunks)
        self._tangled = [path for path in self._locations if path in tangled]
        if tangled:
            locations = [self._locations[path] for path in self._tangled]
            self._take(self._tangled, examine_chunk(self._project, offline_rules(), locations))

    def _take(self, paths: Sequence[str], chunk: Chunk) -> Chunk:
        self._records.update(zip(paths, chunk.records, strict=True))
        self._files.update((path, SourceFile(path, text)) for path, text in chunk.texts.items())
        return chunk

    def to_keep(self) -> dict[str, bytes]:
        """The records that will hold until a file changes."""
        return {path: raw for path, raw in self._records.items() if depends_of(raw)}

    def conclude(self, conclusion: Conclusion, wish: Wish) -> list[SourceFile]:
        """Hand all records over in the order of their files. Returns the files that reports need."""
        document = self._project.file.document
        kept = {document.file.path: document.file} if document is not None else {}
        beside: dict[str, None] = {}
        for path in self._locations:
            record = unpack(self._records.pop(path))
            kept.update((file.path, file) for file in self._noted(record))
            examined = examined_of(record, self.file)
            beside.update(dict.fromkeys((*examined.layers, *record.beside)))
            judged = examined.tier is None or wish.concerns(examined)
            conclusion.take(examined if judged else _compared(examined, wish))
        for record in self._beside([path for path in beside if path not in self._locations]):
            kept.update((file.path, file) for file in self._noted(record))
            conclusion.take(examined_of(record, self.file))
        return list(kept.values())

    def _beside(self, paths: list[str]) -> Iterator[Record]:
        """The records of files that nobody discovers, such as hidden ones, but others extend."""
        together = [*self._tangled, *paths] if paths else []
        locations = [f"{self._project.root}/{path}" for path in together]
        chunk = self._take(together, examine_chunk(self._project, offline_rules(), locations, as_layers=True))
        return map(unpack, chunk.records[len(self._tangled) :])

    def _noted(self, record: Record) -> list[SourceFile]:
        found = []
        for note in notes_of(record):
            file = self.file(note.path)
            file.comment_blockers = list(note.comment_blockers)
            file.sensitive = list(note.sensitive)
            found.append(file)
        return found

    def file(self, path: str) -> SourceFile:
        """The file of a path, read when a report needs it for the first time."""
        document = self._project.file.document
        if document is not None and document.file.path == path:
            return document.file
        if path not in self._files:
            content = self._folder.content(f"{self._project.root}/{path}", path)
            found = unreadable(path, *content) if isinstance(content, Unreadable) else decode(content, path)
            self._files[path] = found[0]
        return self._files[path]


def _compared(examined: Examined, wish: Wish) -> Examined:
    """What counts of an environment that is not judged: its facts, and which rules failed on them or on its files."""
    crashes = [crash for crash in examined.crashes if _fails_unjudged(rule_of(crash.code), wish)]
    return examined._replace(findings=(), crashes=tuple(crashes))


def _fails_unjudged(rule: Rule, wish: Wish) -> bool:
    return rule.check_project is not None or (rule.check_file is not None and wish.only is None)
