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

    from kmconfig.lint.baseline import Baseline, Entry
    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.fixes import View
    from kmconfig.lint.selection import Selection

STDIN = "-"


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

    def load(self, texts: Mapping[str, bytes] | None = None) -> tuple[Project, list[str] | None]:
        """Load the project around the paths, and which of its files they choose (None: all).

        ``texts`` count instead of what is on disk or on standard input.
        """
        project = Project(self.root, overlay={**self.overlay, **(texts or {})})
        if not self.paths:
            project.load()
            return project, None
        from kmconfig.cli.paths import choose  # noqa: PLC0415

        return project, choose(project, list(self.paths))


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
    """How findings are looked for. ``baseline`` are the accepted ones."""

    subject: Subject
    today: date
    selection: Selection
    suppress: bool
    baseline: Baseline | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all findings of the repository are looked for."""
        whole = self.selection.selected is None and not self.selection.ignored
        return whole and not self.subject.paths

    def lint(self, project: Project, chosen: list[str] | None, *, limit: bool = True) -> tuple[Outcome, list[Entry]]:
        """The findings that were asked for, and entries of the baseline that match none.

        Raises ConfigurationError where there is no file to look at.
        """
        from kmconfig.lint.engine import lint  # noqa: PLC0415

        outcome = lint(
            project,
            today=self.today,
            select=chosen,
            selection=self.selection,
            suppress=self.suppress,
            limit=limit and self.baseline is None,
        )
        if outcome.files == 0 or (chosen is None and not project.layers):
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

    def view(self, texts: Mapping[str, bytes]) -> View:
        """The same without a limit, beside all findings of the project."""
        from kmconfig.lint.engine import lint  # noqa: PLC0415
        from kmconfig.lint.fixes import View  # noqa: PLC0415

        project, chosen = self.subject.load(texts)
        asked, _ = self.lint(project, chosen, limit=False)
        everything = asked
        if not self.is_whole or self.baseline is not None:
            everything = lint(project, today=self.today, suppress=self.suppress, limit=False)
        files = {layer.document.file.path: layer.document.file for layer in project.layers}
        real = {layer.document.file.path: layer.real for layer in project.layers}
        if project.file.document is not None:
            files[PROJECT_FILE] = project.file.document.file
            real[PROJECT_FILE] = os.path.realpath(project.root / PROJECT_FILE)
        named = files.keys() if chosen is None else files.keys() & chosen
        editable = frozenset(path for path in named if self.subject.may_write(real[path]))
        return View(everything=everything, asked=asked, files=files, real=real, editable=editable)


def limit_findings(outcome: Outcome) -> None:
    """Keep what a report shows of each file."""
    from kmconfig.lint.shown import limited  # noqa: PLC0415

    outcome.findings = limited(outcome.findings)
