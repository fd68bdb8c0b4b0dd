"""Text of files in a sentence: set off by backticks, so that reports can show it as code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_RUN = re.compile("`+")
_FEW = 3


def quoted(text: str) -> str:
    """Text between backticks, more of them than it has in a row itself, as CommonMark writes code spans."""
    fence = "`" * (max(map(len, _RUN.findall(text)), default=0) + 1)
    pad = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def quoted_names(names: Iterable[str]) -> str:
    """The first names, and whether there are others."""
    named = list(names)
    return ", ".join(map(quoted, named[:_FEW])) + (" and others" if len(named) > _FEW else "")
