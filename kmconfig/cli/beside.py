"""What is said on stderr beside a result."""

from __future__ import annotations

import sys

from kmconfig.cli.options import current
from kmconfig.report.escape import for_terminal


def say_beside(text: str) -> None:
    """Print a line, unless people want to know only what is wrong."""
    if current().verbosity >= 0:
        print(for_terminal(text), file=sys.stderr)
