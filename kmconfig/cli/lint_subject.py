"""What ``kmconfig lint`` looks at: files, or a text on standard input that stands for one; and how it looks."""

from __future__ import annotations

import os
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.cli.options import current
from kmconfig.environment.project import PROJECT_FILE, Project, find_root
from kmconfig.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from kmconfig.cli.paths import Chosen
    from kmconfig.lint.baseline import Baseline, Entry
    from kmconfig.lint.conclude import Wish
    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.fixes import View
    from kmconfig.lint.selection import Selection

STDIN = "-"

#: More than this many files are linted in chunks, by several processes; measured, see benchmarks/README.md.
MANY = 300


class Subject(NamedTuple):
    """The paths to look at, none for the whole environments folder.

    ``overlay`` holds the text on standard input by the path it stands for, relative to the root.
    """

    root: Path
    paths: tuple[Path, ...]
    overlay: Mapping[str, bytes] = MappingProxyType({})

    @property
    def is_stdin(self) -> bool:
        """Whether a text is looked at that is on no disk."""
        return bool(self.overlay)

    def may_write(self, real: str) -> bool:
        """Whether fixes may change what stands at a real path: only below the root, or in a text on no disk."""
        return self.is_stdin or real.startswith(f"{os.path.realpath(self.root)}/")

    def open(self, texts: Mapping[str, bytes] | None = None) -> Project:
        """The project around the paths, of which no environment has been read yet.

        ``texts`` count instead of what is on disk or on standard input.
        """
        return Project(self.root, overlay={**self.overlay, **(texts or {})})

    def choose(self, project: Project) -> Chosen | None:
        """The files that the paths name, None for all. Raises ConfigurationError for a path that is not there."""
        if not self.paths:
            return None
        from kmconfig.cli.paths import choose  # noqa: PLC0415

        return choose(project, self.paths)


def read_subject(paths: tuple[str, ...], stdin_filename: str | None) -> Subject:
    """Read the arguments, and standard input where they say so. Raises UsageError."""
    folder = current().folder
    root = find_root(folder)
    if STDIN not in paths:
        if stdin_filename is not None:
            raise UsageError("--stdin-filename goes with `-`", help="call `kmconfig lint --stdin-filename FILE -`")
        return Subject(root=root, paths=tuple(folder / path for path in paths))
    if len(paths) > 1:
        raise UsageError("`-` stands alone: standard input is one file", help="lint other files in a call of their own")
    if stdin_filename is None:
        raise UsageError(
            "`-` needs to know which file it stands for",
            help="name it, as in --stdin-filename environments/production.yaml; its layers are read from there",
        )
    from kmconfig.cli.paths import shown_path  # noqa: PLC0415

    path = folder / stdin_filename
    if not stdin_filename or path.is_dir():
        raise UsageError(f"--stdin-filename names no file: `{stdin_filename}`", help="name the file that you edit")
    return Subject(root=root, paths=(path,), overlay={shown_path(root, path): _standard_input()})


def _standard_input() -> bytes:
    """All of it, however long: with its fixes it has to come out whole."""
    if sys.stdin is None:
        raise UsageError("standard input is closed", help="send the text of the file to it")
    return sys.stdin.buffer.read()


class Look(NamedTuple):
    """How findings are looked for.

    ``baseline`` are the accepted ones. ``online`` rules ask stores and servers. ``cache`` says whether results are
    kept from run to run, and ``in_memory`` that every file is, as whoever fixes them needs it.
    """

    subject: Subject
    today: date
    selection: Selection
    suppress: bool
    cache: bool = True
    online: bool = False
    in_memory: bool = False
    baseline: Baseline | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all findings of the repository are looked for."""
        whole = self.selection.selected is None and not self.selection.ignored
        return whole and not self.subject.paths

    def lint(self, project: Project, *, limit: bool = True) -> tuple[Outcome, list[Entry]]:
        """The findings that were asked for, and entries of the baseline that match none.

        Raises ConfigurationError where there is no file to look at.
        """
        chosen = self.subject.choose(project)
        locations = project.discover() if chosen is None or chosen.inside else []
        outcome = self._outcome(project, chosen, locations, limit=limit and self.baseline is None)
        if outcome.files == 0 or (chosen is None and not locations):
            raise ConfigurationError(
                f"no file to check in {os.path.relpath(project.folder)}",
                help="write environments/NAME.yaml, name a PATH, or point -C at the repository",
            )
        if self.baseline is None:
            return outcome, []
        unmatched = self.baseline.accept(outcome)
        if limit:
            limit_findings(outcome)
        return outcome, unmatched

    def _outcome(self, project: Project, chosen: Chosen | None, locations: list[str], *, limit: bool) -> Outcome:
        in_memory = self.in_memory or self.online or (chosen is not None and bool(chosen.outside))
        if len(locations) > MANY and not in_memory and (chosen is None or chosen.inside):
            from kmconfig.cli.lint_fleet import is_fleet, lint_many  # noqa: PLC0415

            if is_fleet(locations):
                return lint_many(project, locations, self._wish(chosen, limit=limit), cache=self.cache)
        if chosen is None:
            project.load(locations)
        else:
            chosen.load(project, locations)
        return self._in_memory(project, chosen, limit=limit)

    def _in_memory(self, project: Project, chosen: Chosen | None, *, limit: bool) -> Outcome:
        from kmconfig.lint.engine import lint_loaded  # noqa: PLC0415

        seen = None
        if self.online:
            from kmconfig.cli.lint_online import observed  # noqa: PLC0415

            seen = observed(project, chosen, self.selection)
        return lint_loaded(project, self._wish(chosen, limit=limit), observed=seen)

    def _wish(self, chosen: Chosen | None, *, limit: bool) -> Wish:
        from kmconfig.lint.conclude import Wish  # noqa: PLC0415

        return Wish(
            today=self.today,
            chosen=frozenset(chosen.paths) if chosen is not None else None,
            selection=self.selection,
            suppress=self.suppress,
            limit=limit,
        )

    def view(self, texts: Mapping[str, bytes]) -> View:
        """The same without a limit, beside all findings of the project; every file is held in memory."""
        from kmconfig.lint.engine import files_of, lint  # noqa: PLC0415
        from kmconfig.lint.fixes import View  # noqa: PLC0415

        look = self._replace(in_memory=True)
        project = self.subject.open(texts)
        asked, _ = look.lint(project, limit=False)
        everything = asked
        if not self.is_whole or self.baseline is not None:
            everything = lint(project, today=self.today, suppress=self.suppress, limit=False)
        files = files_of(project)
        real = {layer.document.file.path: layer.real for layer in project.layers}
        if project.file.document is not None:
            real[PROJECT_FILE] = os.path.realpath(project.root / PROJECT_FILE)
        chosen = self.subject.choose(project)
        named = files.keys() if chosen is None else files.keys() & chosen.paths
        editable = frozenset(path for path in named if self.subject.may_write(real[path]))
        return View(everything=everything, asked=asked, files=files, real=real, editable=editable)


def limit_findings(outcome: Outcome) -> None:
    """Keep what a report shows of each file."""
    from kmconfig.lint.shown import limited  # noqa: PLC0415

    outcome.findings = limited(outcome.findings)
