"""Projects that exist only in memory: linted, fixed and rendered in every format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.environment.project import PROJECT_FILE, Project
from kmconfig.lint.catalogue import same_rules_after
from kmconfig.lint.engine import Outcome, lint
from kmconfig.lint.fixes import View
from kmconfig.lint.selection import Selection
from kmconfig.report.escape import for_json
from kmconfig.report.lint_github import lint_github
from kmconfig.report.lint_gitlab import gitlab_document
from kmconfig.report.lint_json import lint_document
from kmconfig.report.lint_junit import Terms, lint_junit
from kmconfig.report.lint_markdown import lint_markdown
from kmconfig.report.lint_sarif import sarif_document
from kmconfig.report.lint_text import lint_text
from kmconfig.report.style import Style
from tests.lint.clean import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kmconfig.lint.finding import Located

#: No file is ever read from disk.
ROOT = Path("/there/is/no/such/folder")

Files = dict[str, bytes]


def encoded(texts: Mapping[str, str]) -> Files:
    """Texts as the bytes of files."""
    return {path: text.encode("utf-8", "surrogatepass") for path, text in texts.items()}


def load(files: Files) -> Project:
    """A project of these files."""
    project = Project(ROOT, overlay=files)
    project.load()
    return project


def look(files: Files, *, limit: bool = False, suppress: bool = True, only: str | None = None) -> Outcome:
    """What the linter says of these files."""
    with same_rules_after():
        return lint(load(files), today=TODAY, limit=limit, suppress=suppress, only=only)


def view(files: Files) -> View:
    """The project as the fixing sees it."""
    project = load(files)
    outcome = lint(project, today=TODAY, limit=False)
    read = {layer.document.file.path: layer.document.file for layer in project.layers}
    real = {layer.document.file.path: layer.real for layer in project.layers}
    if project.file.document is not None:
        read[PROJECT_FILE], real[PROJECT_FILE] = project.file.document.file, str(ROOT / PROJECT_FILE)
    return View(everything=outcome, asked=outcome, files=read, real=real, editable=frozenset(read))


class Told(NamedTuple):
    """A finding as people know it again when lines have moved."""

    code: str
    path: str
    setting: str
    message: str
    severity: str


def told(found: Located) -> Told:
    """What a finding says, without its lines."""
    return Told(found.rule.code, found.place.span.path, found.setting, found.message, found.severity)


def everything(outcome: Outcome) -> list[object]:
    """All that two runs over the same files must agree in."""
    return [
        (
            told(found),
            found.help,
            (found.place.span, found.place.text),
            [(place.span, place.text) for place in found.related],
            found.environments,
            None if found.fix is None else [(edit.span, edit.text) for edit in found.fix.edits],
            found.fingerprint,
        )
        for found in outcome.findings
    ]


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _document(document: Any) -> str:
    return for_json(json.dumps(document, ensure_ascii=False)) + "\n"


#: Each format of a result, as the command line writes it.
FORMATS: dict[str, Callable[[Outcome], str]] = {
    "text": lambda outcome: _lines(lint_text(outcome, style=Style(enabled=False))),
    "json": lambda outcome: _document(lint_document(outcome)),
    "sarif": lambda outcome: _document(sarif_document(outcome, folder="mail", category="kmconfig/")),
    "github": lambda outcome: _lines(lint_github(outcome, folder="mail")),
    "gitlab": lambda outcome: _document(gitlab_document(outcome, folder="mail")),
    "junit": lambda outcome: _lines(lint_junit(outcome, Terms(fail_on="note", selection=Selection(), folder="mail"))),
    "markdown": lambda outcome: _lines(lint_markdown(outcome, folder="mail")),
}
