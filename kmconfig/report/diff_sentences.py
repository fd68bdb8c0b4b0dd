"""Sentences with text of files in them, as Markdown in which that text is code and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmconfig.report.escape import for_markdown, markdown_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: A code span of CommonMark: between as many backticks as nowhere inside.
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
LONGEST = 400
"""Longer texts are cut."""

#: What is looked at of a text, since it is cut anyway.
_LOOKED_AT = 4 * LONGEST


def sentence(text: str) -> str:
    """Text for a table, at most :data:`LONGEST` characters of it before it is escaped.

    What stands between backticks is code, also where that is cut or holds backticks and bars itself.
    """
    parts: list[str] = []
    room = LONGEST
    for piece, escape in _pieces(text[:_LOOKED_AT]):
        if room > 0:
            parts.append(escape(piece[:room]))
        room -= len(piece)
    return "".join(parts) + ("…" if room < 0 or len(text) > _LOOKED_AT else "")


def _pieces(text: str) -> Iterator[tuple[str, Callable[[str], str]]]:
    """The text's pieces, and what escapes each."""
    at = 0
    for found in _SPAN.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], for_markdown
        yield _inner(found[2]), code
        at = found.end()
    if at < len(text):
        yield text[at:], for_markdown


def _inner(text: str) -> str:
    """What a span holds, without the spaces that set off a backtick."""
    return text[1:-1] if text[:1] == text[-1:] == " " and text.strip(" ") else text


def code(text: str) -> str:
    """Text as code in a table, which no platform looks into for references, whatever characters are in it."""
    shown = markdown_code(cut(text))
    if shown.startswith("`"):
        return shown
    return f"<code>{'&#96;'.join(map(for_markdown, cut(text).split('`')))}</code>"


def cut(text: str) -> str:
    """Text that is not too long."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
