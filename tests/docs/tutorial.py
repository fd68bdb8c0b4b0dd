"""Reads a page's `console` blocks: commands, and what stands below them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What differs from run to run.
_CHANGING = re.compile(r"[0-9]+ ms|[0-9]{8}T[0-9]{6}Z-[0-9a-f]+")
ANYTHING = "…"


@dataclass(frozen=True, slots=True)
class Shown:
    """A command as a page shows it, and the lines that it is said to print."""

    command: str
    lines: tuple[str, ...]

    def fits(self, printed: Iterable[str]) -> bool:
        """Whether the lines are what was printed. A line `…` stands for any lines, `…` within one for any text."""
        pattern = "".join(r"(?:.*\n)*?" if line == ANYTHING else _pattern(_plain(line)) + r"\n" for line in self.lines)
        return re.fullmatch(pattern, "".join(f"{_plain(line)}\n" for line in printed)) is not None


def shown_in(page: str) -> Iterator[Shown]:
    """The commands of a page in order."""
    for block in _BLOCK.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.replace(" \\\n   ", "").rstrip("\n").split("\n")
            yield Shown(command, tuple(lines))


def _plain(line: str) -> str:
    return " ".join(_CHANGING.sub("N", line).split())


def _pattern(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.split(ANYTHING))
