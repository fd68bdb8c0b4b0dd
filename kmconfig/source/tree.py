"""From the parser's events to a tree of :class:`Value`, without recursion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from kmconfig.source.problem import Problem
from kmconfig.source.scalars import resolve_plain
from kmconfig.source.span import Label, SourceFile, Span
from kmconfig.source.value import Value, setting_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.source.value import Path

MAX_DEPTH = 20
#: libyaml takes keys of this length; longer ones would only make long messages
MAX_KEY = 1024

_SURROGATE = re.compile("[\ud800-\udfff]")


class Document:
    """What a file holds: its root value, absent when nothing could be read, and what is wrong with it.

    ``broken`` are paths of which not all is known, so nothing may be concluded from what is absent at or below
    them. What stands there was refused and must not be used either, but for the mappings that are also in
    ``open``: these were read, except for an entry that nobody can place.
    """

    __slots__ = ("broken", "file", "open", "problems", "root")

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.root: Value[Any] | None = None
        self.problems: list[Problem] = []
        self.broken: set[Path] = set()
        self.open: set[Path] = set()

    @property
    def refused(self) -> set[Path]:
        """Paths at and below which nothing may be used."""
        return self.broken - self.open


class Stop(Exception):  # noqa: N818 - ends a parse; the reason is a problem of the document
    """Nothing further is worth reading."""


class TreeBuilder:
    """Hangs one event after the other into the tree of a document.

    :data:`HANDLERS` has a method for each type of event. Between a key and its value ``key_span`` is set; ``key``
    is then ``None`` if the value is to be read and dropped.
    """

    __slots__ = ("above", "document", "file", "key", "key_span", "last_end", "parent", "skipping")

    def __init__(self, document: Document) -> None:
        self.document = document
        self.file = document.file
        self.parent: Value[Any] | None = None
        self.above: list[Value[Any] | None] = []
        self.key: str | None = None
        self.key_span: Span | None = None
        self.last_end = 0
        self.skipping = 0  # depth inside of a node that is dropped

    def stop(self, message: str, remedy: str, *, at: Span) -> None:
        """Give up on the whole file."""
        self.document.problems.append(Problem("KM101", message, at, help=remedy))
        self.document.root = None
        raise Stop

    def scalar(self, event: Any) -> None:
        """A key or a value that is no mapping and no list."""
        text: str = event.value
        style: str | None = event.style
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        if style:
            end = self._quoted(event, start, end)
        elif "#" in text:
            self.file.comment_blockers.append((start, end))
        elif start == end:
            start = end = self._nothing(start)
        self.last_end = end
        if self.skipping:
            return
        span = Span(self.file, start, end)
        parent = self.parent
        if parent is None:
            path: Path = ()
            value = self.document.root = Value(text if style else resolve_plain(text), path, span)
        elif type(parent.data) is list:
            path = (*parent.path, len(parent.data))
            value = Value(text if style else resolve_plain(text), path, span)
            parent.data.append(value)
        elif self.key_span is None:
            self._key(event, text, span, parent)
            return
        else:
            key_span, self.key_span = self.key_span, None
            if self.key is None:
                return
            path = (*parent.path, self.key)
            value = parent.data[self.key] = Value(text if style else resolve_plain(text), path, span, key_span)
        if (event.tag is not None or event.anchor is not None) and self._features(event, span, path):
            value.data = text
            self.document.broken.add(path)

    def _quoted(self, event: Any, start: int, end: int) -> int:
        """Note what is no comment; the end of a block scalar is the end of its last line that is not blank."""
        text = self.file.text
        if event.style in "|>":
            body = text.find("\n", start, end) if "\r" not in text else _line_break(text, start, end)
            end = start + len(text[start:end].rstrip(" \t\r\n"))
            if body >= 0 and "#" in event.value:
                self.file.comment_blockers.append((body, end))
        else:
            if "#" in event.value:
                self.file.comment_blockers.append((start, end))
            if not event.value.isascii() and _SURROGATE.search(event.value):
                message = "not valid YAML: an escape stands for no character"
                self.stop(
                    message, "write characters beyond U+FFFF as themselves or as \\U", at=Span(self.file, start, end)
                )
        return end

    def _nothing(self, offset: int) -> int:
        """Where a value stands that nobody wrote: behind its colon, though libyaml says before what follows."""
        text = self.file.text
        colon = self.last_end
        while text[colon : colon + 1] in (" ", "\t", "\r", "\n"):
            colon += 1
        return colon + 1 if colon < offset and text[colon] == ":" else offset

    def mapping(self, event: Any) -> None:
        """The start of a mapping."""
        self._start(event, {})

    def sequence(self, event: Any) -> None:
        """The start of a list."""
        self._start(event, [])

    def _start(self, event: Any, data: dict[str, Any] | list[Any]) -> None:
        span = Span(self.file, event.start_mark.index, event.end_mark.index)
        if len(self.above) + self.skipping >= MAX_DEPTH:
            self.stop(f"nested deeper than {MAX_DEPTH} levels", "settings need at most six levels", at=span)
        if self.skipping or self._drops_this():
            self.skipping += 1
        elif self._awaits_key():
            self._report("KM105", "a key must be text", span, "write keys as plain words")
            self._drop_value(span)
            self.skipping = 1
        else:
            value = self._attach(data, span)
            if event.tag is not None or event.anchor is not None:
                self._features(event, span, value.path)
            self.above.append(self.parent)
            self.parent = value

    def end(self, event: Any) -> None:
        """The end of a mapping or list."""
        if event.end_mark.index > event.start_mark.index:  # a bracket; blocks end with their last value
            self.last_end = event.end_mark.index
        if self.skipping:
            self.skipping -= 1
            return
        value, self.parent = self.parent, self.above.pop()
        if value is not None and value.span is not None:
            value.span.end = max(value.span.end, self.last_end)

    def alias(self, event: Any) -> None:
        """A repetition of what an anchor names."""
        span = self._span(event)
        self.last_end = span.end
        if self.skipping or self._drops_this():
            return
        self._report("KM103", "aliases are not supported", span, "repeat the value, or move it to a layer")
        if self._awaits_key():
            self._drop_value(span)
        else:
            self.document.broken.add(self._attach(None, span).path)

    def start_document(self, event: Any) -> None:
        """The start of a document; there may be one."""
        if self.document.root is not None:
            remedy = "keep one document a file"
            self._report("KM103", "the file holds more than one document", self._span(event), remedy)
            raise Stop

    def _awaits_key(self) -> bool:
        return self.parent is not None and type(self.parent.data) is dict and self.key_span is None

    def _drops_this(self) -> bool:
        """Whether a value begins that is to be read and hung nowhere; its key is then done with."""
        dropped = self.key is None and self.key_span is not None
        if dropped:
            self.key_span = None
        return dropped

    def _key(self, event: Any, text: str, span: Span, parent: Value[Any]) -> None:
        self.key, self.key_span = text, span
        if event.tag is not None or event.anchor is not None:
            self._features(event, span, parent.path)
        if text == "<<" and not event.style:
            self._report("KM103", "merge keys are not supported", span, "list the layer under `extends`")
            self._drop_value(span)
        elif len(text) > MAX_KEY:
            self._report("KM104", f"a key of {len(text):,} characters", span, "keys are single words")
            self._drop_value(span)
        elif text in parent.data:
            self._twice(span, parent.data[text])

    def _twice(self, span: Span, first: Value[Any]) -> None:
        related = (Label(first.key_span, "first set here"),) if first.key_span else ()
        message = f"`{setting_name(first.path)}` is set twice"
        self.document.problems.append(
            Problem("KM102", message, span, help="keep one of the two", path=first.path, related=related)
        )
        self._drop_value(span)
        self.document.broken.add(first.path)
        self.document.open.discard(first.path)

    def _drop_value(self, key_span: Span) -> None:
        """Read the coming value and hang it nowhere; what this mapping seems to lack may stand there."""
        if self.parent is not None and self.parent.path not in self.document.broken:
            self.document.broken.add(self.parent.path)
            self.document.open.add(self.parent.path)
        self.key, self.key_span = None, key_span

    def _attach(self, data: Any, span: Span) -> Value[Any]:
        parent = self.parent
        if parent is None:
            self.document.root = Value(data, (), span)
            return self.document.root
        if type(parent.data) is list:
            value = Value(data, (*parent.path, len(parent.data)), span)
            parent.data.append(value)
            return value
        value = parent.data[self.key] = Value(data, (*parent.path, self.key or ""), span, self.key_span)
        self.key = self.key_span = None
        return value

    def _features(self, event: Any, span: Span, path: Path) -> bool:
        """Report an anchor or a tag; True when the data is no longer what it seems."""
        if event.anchor is not None:
            self._report("KM103", "anchors are not supported", span, "write the value where it is needed", path)
        if event.tag is not None:
            remedy = "write the value without a tag, quoted if it is text"
            self._report("KM103", "tags are not supported", span, remedy, path)
        return event.tag is not None

    def _span(self, event: Any) -> Span:
        return Span(self.file, event.start_mark.index, event.end_mark.index)

    def _report(self, code: str, message: str, span: Span, remedy: str, path: Path | None = None) -> None:
        if path is None:
            path = self.parent.path if self.parent is not None else ()
        self.document.problems.append(Problem(code, message, span, help=remedy, path=path))

    def ignore(self, event: Any) -> None:
        """Starts and ends of streams and documents hold no data."""


#: Functions and no bound methods: these would tie every tree into a cycle.
HANDLERS: dict[type, Callable[[TreeBuilder, Any], None]] = {
    yaml.ScalarEvent: TreeBuilder.scalar,
    yaml.MappingStartEvent: TreeBuilder.mapping,
    yaml.SequenceStartEvent: TreeBuilder.sequence,
    yaml.MappingEndEvent: TreeBuilder.end,
    yaml.SequenceEndEvent: TreeBuilder.end,
    yaml.AliasEvent: TreeBuilder.alias,
    yaml.DocumentStartEvent: TreeBuilder.start_document,
    yaml.StreamStartEvent: TreeBuilder.ignore,
    yaml.DocumentEndEvent: TreeBuilder.ignore,
    yaml.StreamEndEvent: TreeBuilder.ignore,
}


def _line_break(text: str, start: int, end: int) -> int:
    found = [index for index in (text.find("\n", start, end), text.find("\r", start, end)) if index >= 0]
    return min(found, default=-1)
