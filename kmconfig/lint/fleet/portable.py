"""What came of a file as plain data, which goes from process to process and from run to run."""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.lint.catalogue import rule_of
from kmconfig.lint.examine import Examined
from kmconfig.lint.finding import Located, Place
from kmconfig.lint.outcome import Crash
from kmconfig.source.problem import Edit, Fix
from kmconfig.source.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.lint.locate import Files
    from kmconfig.source.span import SourceFile

    Plain = tuple[Any, ...]


class NotPortableError(Exception):
    """A rule of a package said more than plain data, which no other process could be told."""


class Notes(NamedTuple):
    """What was found out about a file that its text alone does not tell (see :class:`SourceFile`)."""

    path: str
    comment_blockers: tuple[tuple[int, int], ...]
    sensitive: tuple[tuple[int, int], ...]


class Record(NamedTuple):
    """What came of a file, notes on the files that reports need, and the paths of other files that it leads to."""

    examined: Plain
    notes: tuple[Plain, ...]
    beside: tuple[str, ...]


def pack(
    examined: Examined,
    *,
    depends: Iterable[tuple[str, bytes]],
    files: Iterable[SourceFile],
    beside: Iterable[str],
) -> bytes:
    """Make a record of what came of a file.

    ``depends`` are the paths of the files that decide it, with their digests; none where more than these does.
    ``files`` are those that reports need. ``beside`` are the paths of those that it leads to without being made of
    them. Raises NotPortableError where it holds more than plain data.
    """
    notes = tuple((file.path, tuple(file.comment_blockers), tuple(file.sensitive)) for file in files)
    findings = tuple(_plain_finding(located) for located in examined.findings)
    crashes = tuple(tuple(crash) for crash in examined.crashes)
    try:
        facts = marshal.dumps(tuple(None if fact is None else marshal.dumps(fact) for fact in examined.facts))
        plain = (*examined[:5], findings, crashes, facts)
        return marshal.dumps((tuple(depends), marshal.dumps((plain, notes, tuple(beside)))))
    except ValueError as error:
        raise NotPortableError from error


def depends_of(packed: bytes) -> tuple[tuple[str, bytes], ...]:
    """The paths and digests of the files that decide a record, which :func:`pack` made."""
    depends: tuple[tuple[str, bytes], ...] = marshal.loads(packed)[0]  # noqa: S302 - our own processes, our own cache
    return depends


def unpack(packed: bytes) -> Record:
    """Open a record that :func:`pack` made."""
    return Record(*marshal.loads(marshal.loads(packed)[1]))  # noqa: S302 - as above


def examined_of(record: Record, files: Files) -> Examined:
    """What came of the file."""
    path, name, tier, layers, certain, findings, crashes, facts = record.examined
    return Examined(
        path,
        name,
        tier,
        layers,
        certain,
        tuple(_located(finding, files) for finding in findings),
        tuple(Crash(*crash) for crash in crashes),
        (),
        facts,
    )


def notes_of(record: Record) -> list[Notes]:
    """The notes on files that reports need."""
    return [Notes(*plain) for plain in record.notes]


def _plain_finding(located: Located) -> Plain:
    fix = located.fix
    return (
        located.rule.code,
        located.severity,
        located.message,
        located.help,
        _plain_place(located.place),
        tuple(_plain_place(place) for place in located.related),
        located.setting,
        located.environments,
        None if fix is None else (fix.title, fix.safe, tuple((*_range(edit.span), edit.text) for edit in fix.edits)),
    )


def _plain_place(place: Place) -> Plain:
    return (*_range(place.span), place.text)


def _range(span: Span) -> tuple[str, int, int]:
    return (span.path, span.start, span.end)


def _located(plain: Plain, files: Files) -> Located:
    code, severity, message, remedy, place, related, setting, environments, fix = plain
    return Located(
        rule=rule_of(code),
        severity=severity,
        message=message,
        help=remedy,
        place=_place(place, files),
        related=tuple(_place(other, files) for other in related),
        setting=setting,
        environments=environments,
        fix=None if fix is None else _fix(fix, files),
    )


def _place(plain: Plain, files: Files) -> Place:
    path, start, end, text = plain
    return Place(Span(files(path), start, end), text)


def _fix(plain: Plain, files: Files) -> Fix:
    title, safe, edits = plain
    return Fix(title, *(Edit(Span(files(path), start, end), text) for path, start, end, text in edits), safe=safe)
