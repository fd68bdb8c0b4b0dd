"""Each format of a report as text. `python -m tests.report.rendered` writes the snapshots anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmconfig.lint.selection import Selection
from kmconfig.report.escape import for_json
from kmconfig.report.lint_github import lint_github
from kmconfig.report.lint_gitlab import gitlab_document
from kmconfig.report.lint_json import lint_document
from kmconfig.report.lint_junit import Terms, lint_junit
from kmconfig.report.lint_markdown import lint_markdown
from kmconfig.report.lint_sarif import sarif_document
from kmconfig.report.lint_statistics import lint_statistics
from kmconfig.report.lint_text import lint_text
from kmconfig.report.style import Style
from tests.report.fixed import RULES, report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kmconfig.lint.engine import Outcome

SNAPSHOTS = Path(__file__).with_name("snapshots")
FOLDER = "mail"
_PLAIN = Style(enabled=False)


def _text(outcome: Outcome) -> str:
    return _joined((*lint_text(outcome, style=_PLAIN), "", *lint_statistics(outcome, style=_PLAIN)))


def _json(outcome: Outcome) -> str:
    return _dumped(lint_document(outcome))


def _sarif(outcome: Outcome) -> str:
    document = sarif_document(outcome, folder=FOLDER, category="kmconfig/", rules=RULES)
    document["runs"][0]["tool"]["driver"]["semanticVersion"] = "0.0.0"
    return _dumped(document)


def _github(outcome: Outcome) -> str:
    return _joined(lint_github(outcome, folder=FOLDER))


def _gitlab(outcome: Outcome) -> str:
    return _dumped(gitlab_document(outcome, folder=FOLDER))


def _junit(outcome: Outcome) -> str:
    terms = Terms(fail_on="error", selection=Selection(ignored=frozenset(("KM412",))), folder=FOLDER, rules=RULES)
    return _joined(lint_junit(outcome, terms))


def _markdown(outcome: Outcome) -> str:
    return _joined(lint_markdown(outcome, folder=FOLDER))


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _dumped(document: Any) -> str:
    return for_json(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


#: Each format with the name of its snapshot.
FORMATS: dict[str, Callable[[Outcome], str]] = {
    "lint.txt": _text,
    "lint.json": _json,
    "lint.sarif": _sarif,
    "lint.github.txt": _github,
    "lint.gitlab.json": _gitlab,
    "lint.junit.xml": _junit,
    "lint.md": _markdown,
}

if __name__ == "__main__":
    for name, render in FORMATS.items():
        (SNAPSHOTS / name).write_text(render(report()), encoding="utf-8")
