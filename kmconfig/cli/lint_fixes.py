"""``kmconfig lint --fix`` and ``--diff``: fixes that go to files, to stdout, or are only shown."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kmconfig.cli.beside import say_beside
from kmconfig.cli.lint_subject import limit_findings
from kmconfig.cli.options import current
from kmconfig.lint.fixes import Fixed, fix_all
from kmconfig.report.escape import for_terminal
from kmconfig.report.lint_text import plural
from kmconfig.source.reader import BYTE_ORDER_MARK, decode
from kmconfig.targets.atomic import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kmconfig.cli.lint_subject import Look
    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.finding import Located
    from kmconfig.lint.fixes import View
    from kmconfig.source.span import SourceFile


@dataclass(frozen=True, slots=True)
class Edited:
    """What is left after fixing, and whether every file could be written."""

    outcome: Outcome
    written: bool


def fix(look: Look, *, unsafe: bool) -> tuple[View, Fixed]:
    """Work out the fixes; returns the project as it was, and what they make of it. Nothing is written."""
    first: list[View] = []

    def linter(texts: dict[str, str]) -> View:
        view = look.view({path: text.encode() for path, text in texts.items()})
        first.append(view)
        del first[1:]
        return view

    fixed = fix_all(linter, unsafe=unsafe)
    for refusal in fixed.refused.values():
        place = refusal.finding.place.span
        say_beside(f"{place.path}:{place.line}: {refusal.finding.rule.code} is not fixed: {refusal.reason}")
    for path, real in fixed.view.real.items():
        if not look.subject.may_write(real) and _has_fixes(fixed.view.asked, path, unsafe=unsafe):
            say_beside(f"{path} is not fixed: it lies outside the root")
    return first[0], fixed


def write_fixes(look: Look, before: View, fixed: Fixed) -> Edited:
    """Replace the files, each as a whole or not at all, and lint again where one could not be replaced."""
    names = _names(before)
    failed = {real for real, text in fixed.texts.items() if not _write(before.files[names[real]], real, text)}
    outcome = fixed.view.asked
    if failed:
        outcome, _ = look.lint(look.subject.open())
    else:
        limit_findings(outcome)
    outcome.fixed = sum(not _reals(finding, before) & failed for finding in fixed.applied)
    return Edited(outcome, not failed)


def print_fixed(look: Look, before: View, fixed: Fixed) -> Edited:
    """Print the text of standard input as it is with the fixes."""
    ((path, raw),) = look.subject.overlay.items()
    text = fixed.texts.get(before.real.get(path, ""))
    data = raw if text is None else _with_mark(raw, text)
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    outcome = fixed.view.asked
    limit_findings(outcome)
    outcome.fixed = len(fixed.applied)
    return Edited(outcome, written=True)


def print_diff(before: View, fixed: Fixed) -> None:
    """Print what the fixes would change, and how many they are."""
    from kmconfig.cli.output import write_lines  # noqa: PLC0415

    lines: Iterable[str] = _diff(before, fixed)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from kmconfig.report.escape import for_workflow_log  # noqa: PLC0415

        lines = map(for_workflow_log, lines)
    write_lines(lines)
    count = plural(len(fixed.applied), "finding") if fixed.applied else "no finding"
    say_beside(f"{count} would be fixed; {plural(len(fixed.view.asked.findings), 'finding')} would be left")


def print_beside(outcome: Outcome) -> None:
    """Print the text report to stderr."""
    from kmconfig.report.lint_text import lint_text  # noqa: PLC0415

    if current().verbosity < 0 and not outcome.findings:
        return
    for line in lint_text(outcome, style=current().style(sys.stderr)):
        print(line, file=sys.stderr)


def _diff(before: View, fixed: Fixed) -> Iterator[str]:
    from kmconfig.report.lint_diff import lint_diff  # noqa: PLC0415

    for real, path in sorted(_names(before).items(), key=lambda entry: entry[1]):
        if real in fixed.texts:
            yield from lint_diff(before.files[path], fixed.view.files[path], style=current().style())


def _has_fixes(outcome: Outcome, path: str, *, unsafe: bool) -> bool:
    fixes = [finding.fix for finding in outcome.findings if finding.fix is not None]
    return any(edit.span.path == path for fix in fixes if fix.safe or unsafe for edit in fix.edits)


def _write(file: SourceFile, real: str, text: str) -> bool:
    """Put a text into a file that is still as it was read; says why if that is not possible."""
    try:
        raw = Path(real).read_bytes()
        if decode(raw, file.path)[0].text != file.text:
            return _not_written(file.path, "it was changed while it was linted", "run the command again")
        replace_file(Path(real), _with_mark(raw, text))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _not_written(
            file.path, f"{reason[0].lower()}{reason[1:]}", "check its permissions and those of its folder"
        )
    return True


def _not_written(path: str, reason: str, remedy: str) -> bool:
    from kmconfig.cli.run import say_error  # noqa: PLC0415

    say_error(f"cannot write `{for_terminal(path)}`: {reason}", remedy)
    return False


def _with_mark(raw: bytes, text: str) -> bytes:
    """A text in bytes, with a byte order mark if there was one."""
    return (BYTE_ORDER_MARK if raw.startswith(BYTE_ORDER_MARK) else b"") + text.encode()


def _names(view: View) -> dict[str, str]:
    """What people call each file: its own path rather than that of a link."""
    names: dict[str, str] = {}
    for path, real in view.real.items():
        if real not in names or real.endswith(f"/{path}"):
            names[real] = path
    return names


def _reals(finding: Located, view: View) -> set[str]:
    return {view.real[edit.span.path] for edit in finding.fix.edits} if finding.fix is not None else set()
