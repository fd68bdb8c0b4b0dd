"""Markdown: rows of tables, cells that say what they say, and the properties of a JSON Schema as rows."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def prose(*paragraphs: str) -> Iterator[str]:
    """Paragraphs, wrapped as the written pages are, each with an empty line behind it."""
    for paragraph in paragraphs:
        yield from wrap(paragraph, 118, break_long_words=False, break_on_hyphens=False)
        yield ""


def row(*cells: str) -> str:
    """A row of a table."""
    return f"| {' | '.join(cell(text) for text in cells)} |"


def cell(text: str) -> str:
    """Text in a table: outside code, what Markdown would take for markup stays what it is, but for links."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()).replace("|", "\\|"))
    return "".join(part if part.startswith("`") else re.sub(r"[<*]", r"\\\g<0>", part) for part in parts)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A whole table."""
    titles = tuple(head)
    yield row(*titles)
    yield f"|{'---|' * len(titles)}"
    for cells in rows:
        yield row(*cells)


def resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """A node of a schema without its references; what stands beside a reference is not part of it."""
    while "$ref" in node:
        target: Any = schema
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node
