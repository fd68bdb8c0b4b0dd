"""YAML text to a tree of :class:`Value`, from the parser's event stream and without recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from kmconfig.source.problem import Problem
from kmconfig.source.scalars import resolve_plain
from kmconfig.source.span import Label, SourceFile, Span
from kmconfig.source.value import Value, setting_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.source.value import Path

MAX_DEPTH = 20
MAX_NODES = 20_000
MAX_DIRECTIVES = 16

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Document:
    """What a file holds: its root value, absent when nothing could be read, and what is wrong with it.

    ``broken`` are the paths whose data is not known, because it was refused; nothing may be concluded from them.
    """

    __slots__ = ("broken", "file", "problems", "root")

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.root: Value[Any] | None = None
        self.problems: list[Problem] = []
        self.broken: set[Path] = set()


def parse(file: SourceFile, *, loader: Any = None) -> Document:
    """Parse one YAML document. Every fault is a problem in the result; nothing is raised.

    ``loader`` is a PyYAML loader class; by default the C one where it is present.
    """
    document = Document(file)
    if (problem := _too_many_directives(file)) is not None:
        document.problems.append(problem)
        return document
    builder = _Builder(document)
    try:
        for event in yaml.parse(file.text, Loader=loader or _Loader):
            if not builder.take(event):
                break
    except yaml.YAMLError as error:
        document.problems.append(_syntax_problem(file, error))
        document.root = None
    return document


class _Frame:
    """A mapping or list being filled; ``key`` is the key whose value comes next."""

    __slots__ = ("key", "key_span", "value")

    def __init__(self, value: Value[Any]) -> None:
        self.value = value
        self.key: str | None = None
        self.key_span: Span | None = None


class _Builder:
    """Takes events one by one and hangs values into the tree."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.file = document.file
        self.stack: list[_Frame] = []
        self.count = 0
        self.skipping = 0  # depth inside a node that was refused

    def take(self, event: Any) -> bool:
        """Handle one event; False stops the parse."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
            return self._within_limits(event)
        if kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._start(event, {} if kind is yaml.MappingStartEvent else [])
            return self._within_limits(event)
        if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._end(event)
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent and self.document.root is not None:
            self._report("KM103", "the file holds more than one document", event, "keep one document a file")
            return False
        return True

    def _scalar(self, event: Any) -> None:
        if "#" in event.value:
            self.file.comment_blockers.append((event.start_mark.index, event.end_mark.index))
        if self.skipping:
            return
        if self._awaiting_key():
            self._key(event)
            return
        tagged = self._features(event)
        plain = event.style is None or event.style == ""
        data = resolve_plain(event.value) if plain and not tagged else event.value
        value = self._attach(data, event)
        if tagged:
            self.document.broken.add(value.path)

    def _start(self, event: Any, data: dict[str, Any] | list[Any]) -> None:
        if self.skipping:
            self.skipping += 1
        elif self._awaiting_key():
            self._report("KM105", "a key must be text", event, "write keys as plain words")
            self._refuse_value()
            self.skipping = 1
        else:
            self._features(event)
            self.stack.append(_Frame(self._attach(data, event)))

    def _end(self, event: Any) -> None:
        if self.skipping:
            self.skipping -= 1
            return
        value = self.stack.pop().value
        if value.span is not None:
            value.span.end = max(value.span.end, self._last_end(value, event))

    def _last_end(self, value: Value[Any], event: Any) -> int:
        """Block collections end where their last value ends, not where the next token starts."""
        end: int = event.end_mark.index
        if self.file.text[end - 1 : end] in ("}", "]"):
            return end
        children = value.data.values() if isinstance(value.data, dict) else value.data
        return max((child.span.end for child in children if child.span is not None), default=end)

    def _alias(self, event: Any) -> None:
        if self.skipping:
            return
        self._report("KM103", "aliases are not supported", event, "repeat the value, or move it to a layer")
        if self._awaiting_key():
            self._refuse_value()
        else:
            self.document.broken.add(self._attach(None, event).path)

    def _awaiting_key(self) -> bool:
        if not self.stack:
            return False
        frame = self.stack[-1]
        return isinstance(frame.value.data, dict) and frame.key_span is None

    def _key(self, event: Any) -> None:
        frame = self.stack[-1]
        frame.key_span = self._span(event)
        frame.key = event.value
        if event.value == "<<" and not event.style:
            self._report("KM103", "merge keys are not supported", event, "list the layer under `extends`")
            self._refuse_value()
        elif event.anchor is not None or event.tag is not None:
            self._features(event)
        elif (first := frame.value.data.get(event.value)) is not None:
            self._duplicate(event, first)

    def _duplicate(self, event: Any, first: Value[Any]) -> None:
        path = first.path
        self.document.problems.append(
            Problem(
                "KM102",
                f"`{setting_name(path)}` is set twice",
                self._span(event),
                help="keep one of the two",
                path=path,
                related=(Label(first.key_span, "first set here"),) if first.key_span else (),
            )
        )
        self._refuse_value()
        self.document.broken.add(path)

    def _refuse_value(self) -> None:
        """Read on, but hang the coming value nowhere, and conclude nothing from what this mapping lacks."""
        frame = self.stack[-1]
        self.document.broken.add(frame.value.path)
        frame.key, frame.key_span = None, frame.key_span or Span(self.file, 0, 0)

    def _attach(self, data: Any, event: Any) -> Value[Any]:
        span = self._span(event)
        if not self.stack:
            self.document.root = Value(data, (), span)
            return self.document.root
        frame = self.stack[-1]
        parent = frame.value
        if isinstance(parent.data, list):
            value = Value(data, (*parent.path, len(parent.data)), span)
            parent.data.append(value)
            return value
        value = Value(data, (*parent.path, frame.key or ""), span, frame.key_span)
        if frame.key is not None:
            parent.data[frame.key] = value
        frame.key = frame.key_span = None
        return value

    def _features(self, event: Any) -> bool:
        """Report an anchor or a tag; True when the data is no longer what it seems."""
        if event.anchor is not None:
            self._report("KM103", "anchors are not supported", event, "write the value where it is needed")
        if event.tag is not None:
            self._report(
                "KM103",
                "tags are not supported",
                event,
                "write the value without a tag, quoted if it is text",
            )
            return True
        return False

    def _within_limits(self, event: Any) -> bool:
        self.count += 1
        if len(self.stack) + self.skipping > MAX_DEPTH:
            self._report("KM101", f"nested deeper than {MAX_DEPTH} levels", event, "settings need at most six levels")
        elif self.count > MAX_NODES:
            self._report(
                "KM101",
                f"more than {MAX_NODES:,} keys and values in one file",
                event,
                "these are not settings",
            )
        else:
            return True
        self.document.root = None
        return False

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark.index, event.end_mark.index
        if end - start > 1 and self.file.text[end - 1] in " \n\r\t":  # block scalars end behind their line end
            end = start + len(self.file.text[start:end].rstrip())
        return Span(self.file, start, end)

    def _report(self, code: str, message: str, event: Any, remedy: str) -> None:
        span = self._span(event)
        path = self.stack[-1].value.path if self.stack else ()
        self.document.problems.append(Problem(code, message, span, help=remedy, path=path))


def _syntax_problem(file: SourceFile, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    offset = mark.index if mark is not None else int(getattr(error, "position", 0) or 0)
    offset = min(offset, len(file.text))
    text = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML")
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


def _directive_lines(text: str) -> Iterator[int]:
    if text.startswith("%"):
        yield 0
    position = text.find("\n%") + 1
    while position:
        yield position
        position = text.find("\n%", position) + 1


def _too_many_directives(file: SourceFile) -> Problem | None:
    """libyaml compares every directive with every other, so a file full of them would take minutes."""
    for count, offset in enumerate(_directive_lines(file.text)):
        if count >= MAX_DIRECTIVES:
            message = "the file holds many lines that start with `%`"
            return Problem("KM101", message, Span(file, offset, offset + 1), help="remove the directives")
    return None
