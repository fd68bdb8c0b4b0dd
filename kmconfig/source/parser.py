"""YAML text to a :class:`Document`. Every fault is a problem in it; nothing is raised."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import yaml

from kmconfig.source.problem import Problem
from kmconfig.source.span import Span
from kmconfig.source.tree import HANDLERS, Document, Stop, TreeBuilder
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.source.span import SourceFile

__all__ = ["Document", "parse"]

MAX_EVENTS = 20_000
MAX_DIRECTIVES = 16

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse(file: SourceFile, *, loader: Any = None) -> Document:
    """Parse one YAML document; a file without any is an empty mapping.

    ``loader`` is a PyYAML loader class; by default the C one where it is present.
    """
    document = Document(file)
    if (problem := _too_many_directives(file)) is not None:
        document.problems.append(problem)
        return document
    try:
        _read_events(document, loader or _Loader)
    except Stop:
        return document
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # the pure loader lets `int` and `chr` fail, the C one the decoding of what a tag escapes
        document.problems.append(_syntax_problem(file, error))
        document.root = None
        return document
    if document.root is None:
        document.root = Value({}, (), Span(file, 0, 0))
    return document


def _read_events(document: Document, loader: Any) -> None:
    builder = TreeBuilder(document)
    event = None
    for event in islice(iter(loader(document.file.text).get_event, None), MAX_EVENTS):
        HANDLERS[type(event)](builder, event)
    if type(event) is not yaml.StreamEndEvent:
        start = event.start_mark.index if event is not None else 0
        message = "the file holds more keys and values than settings ever need"
        builder.stop(message, "remove what is foreign", at=Span(document.file, start, start + 1))


def _syntax_problem(file: SourceFile, error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    offset = mark.index if mark is not None else int(getattr(error, "position", 0) or 0)
    offset = min(offset, len(file.text))
    text = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "an escape stands for no character")
    context = getattr(error, "context", None)
    message = f"{text} {context}" if context and not text.startswith("found") else text
    end = offset + 1 if offset < len(file.text) and file.text[offset] not in "\r\n" else offset
    return Problem("KM101", f"not valid YAML: {message}", Span(file, offset, end), help=_syntax_help(file, offset))


def _syntax_help(file: SourceFile, offset: int) -> str:
    line = file.line(file.position(offset)[0])
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces, not with tabs"
    if ": " in line.partition(": ")[2]:
        return "quote a value that holds `: `"
    return "check the indentation, the colon with a space behind each key, and that quotes and brackets are closed"


def _too_many_directives(file: SourceFile) -> Problem | None:
    """libyaml compares every directive with every other, so a file full of them would take minutes."""
    for offset in islice(_directive_lines(file.text), MAX_DIRECTIVES, None):
        message = "the file holds many lines that start with `%`"
        return Problem("KM101", message, Span(file, offset, offset + 1), help="remove the directives")
    return None


def _directive_lines(text: str) -> Iterator[int]:
    position = text.find("%")
    while position >= 0:
        if position == 0 or text[position - 1] in "\r\n":
            yield position
        position = text.find("%", position + 1)
