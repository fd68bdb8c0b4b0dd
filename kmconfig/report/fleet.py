"""What came of many environments, one line for each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmconfig.report.style import Style

_ROLES = {"applied": "good", "unchanged": "faint", "rolled_back": "bad", "failed": "bad", "unknown": "bad"}
_SHOWN = 40


def summary_lines(rows: Sequence[tuple[str, str, float]], *, style: Style) -> Iterator[str]:
    """Rows of environment, result and seconds. Of many only those are listed that did not go as they should."""
    counts = Counter(result for _, result, _ in rows)
    listed = rows if len(rows) <= _SHOWN else [row for row in rows if row[1] not in ("applied", "unchanged")]
    width = max((len(name) for name, _, _ in listed), default=0)
    yield ""
    for name, result, seconds in listed:
        words = style(_ROLES.get(result, "changed"), result.replace("_", " ").ljust(11))
        took = f"{seconds:6.1f} s" if seconds else ""
        yield f"  {for_terminal(name.ljust(width))}  {words}  {took}".rstrip()
    total = ", ".join(f"{count} {result.replace('_', ' ')}" for result, count in counts.most_common())
    yield f"  {len(rows)} environments: {total}"
