"""How often each rule found something."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kmconfig.lint.finding import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.lint.engine import Outcome
    from kmconfig.report.style import Style


def lint_statistics(outcome: Outcome, *, style: Style) -> Iterator[str]:
    """A table of rules that found something, the most frequent first, with a line of totals."""
    counts = Counter((finding.rule.code, finding.rule.name, finding.severity) for finding in outcome.findings)
    rules = Counter((finding.rule.code, finding.rule.name) for finding in outcome.findings)
    if not rules:
        return
    width = max(len("rule"), *(len(name) for _, name in rules))
    head = "".join(f"{f'{severity}s':>10}" for severity in SEVERITIES)
    yield style("bold", f"{'code':6} {'rule'.ljust(width)}{head}{'total':>8}")
    for (code, name), total in sorted(rules.items(), key=lambda entry: (-entry[1], entry[0])):
        cells = "".join(f"{counts[code, name, severity]:>10}" for severity in SEVERITIES)
        yield f"{code:6} {name.ljust(width)}{cells}{total:>8}"
    cells = "".join(f"{outcome.count(severity):>10}" for severity in SEVERITIES)
    yield style("bold", f"{'':6} {'total'.ljust(width)}{cells}{len(outcome.findings):>8}")
