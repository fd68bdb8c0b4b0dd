"""Findings for people: message, code frame, help, and a summary line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.report.escape import for_terminal
from kmconfig.report.frames import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.finding import Located
    from kmconfig.report.style import Style


_WIDTH = 100
#: More environments than this are counted, and only the first few of them named.
_NAMED, _FEW = 5, 3


def lint_text(outcome: Outcome, *, style: Style) -> Iterator[str]:
    """The report, line by line."""
    for finding in outcome.findings:
        yield from _finding(finding, style)
        yield ""
    for reason, codes in outcome.unchecked().items():
        told = style("faint", f"({', '.join(codes)})")
        yield f"{style('warning', 'not checked')}: {for_terminal(reason)} {told}"
    yield summary(outcome, style=style)


def _finding(finding: Located, style: Style) -> Iterator[str]:
    head = style(finding.severity, f"{finding.severity}[{finding.rule.code}]")
    yield f"{head}{style('bold', ': ' + for_terminal(finding.message))}"
    places = (finding.place, *finding.related)
    yield from render(places, severity=finding.severity, style=style)
    indent = " " * max(len(str(place.span.line)) for place in places)
    if finding.help:
        yield from _help(finding.help, indent, style)
    if finding.fix is not None:
        kind = "fix" if finding.fix.safe else "possible fix"
        yield f"{indent} {style('frame', '=')} {style('help', kind)}: {for_terminal(finding.fix.title)}"
    about = f"{finding.rule.name}, `kmconfig explain {finding.rule.code}`"
    if finding.environments:
        about += f"; in {for_terminal(concerned(finding.environments))}"
    yield f"{indent} {style('frame', '=')} {style('faint', about)}"


def _help(text: str, indent: str, style: Style) -> Iterator[str]:
    """The remedy, wrapped so that it can be read beside the frame."""
    import textwrap  # noqa: PLC0415 - a clean run needs no help

    first, *rest = textwrap.wrap(for_terminal(text), _WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    yield f"{indent} {style('frame', '=')} {style('help', 'help')}: {first}"
    for line in rest:
        yield f"{indent}   {line}"


def summary(outcome: Outcome, *, style: Style) -> str:
    """One line: what was found, in how many files and environments, and what was fixed or is hidden."""
    counts = [
        style(severity, plural(outcome.count(severity), severity))
        for severity in ("error", "warning", "note")
        if outcome.count(severity)
    ]
    where = f"{plural(outcome.files, 'file')}, {plural(len(outcome.environments), 'environment')}"
    others = {"fixed": outcome.fixed, "suppressed": outcome.suppressed, "baselined": outcome.baselined}
    told = ", ".join(f"{count} {word}" for word, count in others.items() if count)
    tail = f" ({told})" if told else ""
    if not counts:
        found = style("good", "no findings") if not outcome.skipped else "no findings, but not everything was checked,"
        return f"{found} in {where}{tail}"
    return f"{', '.join(counts)} in {where}{tail}"


def plural(count: int, noun: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def concerned(environments: tuple[str, ...]) -> str:
    """``a, b``, and of many ``1,500 environments (a, b, c, …)``; not escaped."""
    if len(environments) <= _NAMED:
        return ", ".join(environments)
    return f"{len(environments):,} environments ({', '.join(environments[:_FEW])}, …)"
