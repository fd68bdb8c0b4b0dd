"""Lints the loaded files and environments of a project.

Pure: files and today's date come in, findings go out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.catalogue import enable_plugins, offline_rules, rules
from kmconfig.lint.conclude import Conclusion, Wish
from kmconfig.lint.examine import Examiner
from kmconfig.lint.outcome import Crash, Outcome
from kmconfig.lint.selection import Selection
from kmconfig.lint.suppressions import may_suppress

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from kmconfig.environment.project import Project
    from kmconfig.lint.examine import Examined
    from kmconfig.lint.observed import Observed
    from kmconfig.source.span import SourceFile

__all__ = ["Crash", "Outcome", "lint"]


def lint(
    project: Project,
    *,
    today: date,
    select: Iterable[str] | None = None,
    only: str | None = None,
    selection: Selection | None = None,
    suppress: bool = True,
    limit: bool = True,
    observed: Observed | None = None,
) -> Outcome:
    """Lint all loaded files and environments of a project.

    ``select`` limits the findings to those that concern the files of these paths, relative to the root; the
    environments that are built on such a file are linted with it. ``only`` names the one environment to lint.
    ``selection`` limits the findings to rules. ``today``
    decides which suppressions expired; without ``suppress`` they hide nothing. Without ``limit`` there may be any
    number of findings in a file. ``observed`` is what was seen of stores and servers, for the rules that need it.

    Raises ConfigurationError where the project file asks for plugins and one of them cannot be used.
    """
    wish = Wish(
        today=today,
        chosen=frozenset(select) if select is not None else None,
        only=only,
        selection=selection or Selection(),
        suppress=suppress,
        limit=limit,
    )
    return lint_loaded(project, wish, observed=observed)


def lint_loaded(project: Project, wish: Wish, *, observed: Observed | None = None) -> Outcome:
    """The same for a wish in one piece."""
    enable_plugins(project.file)
    files = files_of(project)
    wanted = offline_rules() if observed is None else rules()
    conclusion = Conclusion(Examiner(project.file, wanted, observed=observed), wish, files.__getitem__)
    for examined in _examine(project, conclusion.examiner, wish):
        conclusion.take(examined)
    conclusion.keep(file for file in files.values() if file.sensitive or may_suppress(file))
    return conclusion.outcome()


def files_of(project: Project) -> dict[str, SourceFile]:
    """All files that were read, by path."""
    documents = [layer.document for layer in project.layers]
    own = project.file.document
    return {document.file.path: document.file for document in (*documents, *((own,) if own is not None else ()))}


def _examine(project: Project, examiner: Examiner, wish: Wish) -> Iterable[Examined]:
    own = examiner.project_file()
    if own is not None:
        yield own
    for environment in project.environments.values():
        paths = [layer.document.file.path for layer in environment.layers]
        yield examiner.environment(environment, judge=wish.concerns_layers(environment.name, paths))
    for layer in project.layers:
        yield examiner.layer(layer)
