"""``kmconfig lint`` of thousands of files: with all processors, what was found before, and a word on how it goes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from kmconfig.cli.beside import say_beside
from kmconfig.cli.options import current
from kmconfig.lint.catalogue import enable_plugins
from kmconfig.lint.fleet.cache import Cache, cache_folder
from kmconfig.lint.fleet.key import key_of
from kmconfig.lint.fleet.run import is_fleet, lint_fleet
from kmconfig.lint.fleet.workers import processors
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmconfig.environment.project import Project
    from kmconfig.lint.conclude import Wish
    from kmconfig.lint.outcome import Outcome

__all__ = ["is_fleet", "lint_many"]


def lint_many(project: Project, locations: Sequence[str], wish: Wish, *, cache: bool) -> Outcome:
    """Lint the files at ``locations``; ``cache`` says whether results of earlier runs count."""
    enable_plugins(project.file)
    kept = _cache(project) if cache else None
    progress = _Progress()
    try:
        return lint_fleet(project, locations, wish, cache=kept, processes=processors(), progress=progress)
    finally:
        progress.end()
        if kept is not None and kept.problem is not None and current().verbosity > 0:
            say_beside(f"results are not kept for the next run: {kept.problem}")


def _cache(project: Project) -> Cache | None:
    folder, key = cache_folder(os.environ), key_of(project)
    return Cache(folder, project.root, key) if folder is not None and key is not None else None


class _Progress:
    """Counts on a terminal."""

    def __init__(self) -> None:
        self._live = current().verbosity >= 0 and sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        if self._live:
            say(sys.stderr, f"\rchecked {done:,} of {total:,} files")

    def end(self) -> None:
        """Leave the line empty for the report."""
        if self._live:
            say(sys.stderr, "\r\x1b[K")
