"""Changes keys of a `.env` in place and proves that nothing else in it changed its meaning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from kmconfig.errors import ConfigurationError, Refused
from kmconfig.secrets.secret import Secret
from kmconfig.targets.dotenv.conversion import LARAVEL_NULL, LaravelNull, laravel_env
from kmconfig.targets.dotenv.lines import physical_lines
from kmconfig.targets.dotenv.quoting import double_quote, quote, quote_always
from kmconfig.targets.dotenv.reader import BYTE_ORDER_MARK, DotenvFile, Entry, SwallowedLines, parse
from kmconfig.targets.dotenv.syntax import DotenvSyntaxError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Wanted: TypeAlias = str | LaravelNull | None

_KEY = re.compile(r"[a-zA-Z0-9_.]+")
_ASSIGNED = re.compile(r"\s*(?:export\s+)?[\"']?([a-zA-Z0-9_.]+)[\"']?\s*=")
_MAIL_FAMILY: Final = "MAIL_"


class UnsafeEdit(Refused):
    """The file cannot be changed so that every key surely keeps or gets its value; nothing was changed."""


class _Splice(NamedTuple):
    """``text`` in place of what stands from ``start`` to ``end``; ``own_line`` begins on a line of its own."""

    start: int
    end: int
    text: str
    own_line: bool = False


def edit(text: str, changes: Mapping[str, str | Secret | LaravelNull | None]) -> str:
    """Return ``text`` with each key of ``changes`` set to its value, or taken out where that is None.

    A value is what the application's ``env()`` is to return; :data:`LARAVEL_NULL` is PHP's null. A key that
    exists is replaced where it first stands, with its `export`, spacing and comment kept, and its
    duplicates go. New keys follow the last key of the same family (`MAIL_`, `AWS_`, …), else the last
    `MAIL_` key, else the end. All else stays as it is, byte for byte, and so does an entry that
    already says exactly this. The result is read back before it is returned.

    :raises DotenvSyntaxError: phpdotenv refuses ``text`` as it is.
    :raises UnwritableValue: a value that no `.env` can hold.
    :raises UnsafeEdit: the result would not say what was meant, for instance because of an unclosed quote.
    """
    before = parse(text)
    _require_keys(changes)
    _refuse_swallowed(before, changes)
    wanted = {key: _revealed(value) for key, value in changes.items()}
    splices = [splice for key, value in wanted.items() for splice in _replace(before, key, value)]
    splices += _insert(before, wanted)
    result = _assemble(text, splices)
    _verify(before, result, wanted)
    return result


def _revealed(value: str | Secret | LaravelNull | None) -> Wanted:
    return value.reveal() if isinstance(value, Secret) else value


def _require_keys(keys: Iterable[str]) -> None:
    for key in keys:
        if not _KEY.fullmatch(key):
            raise ConfigurationError(
                f"{key!r} cannot be a key of a `.env` file",
                help="keys consist of letters, digits, `_` and `.`",
            )


def _refuse_swallowed(before: DotenvFile, keys: Iterable[str]) -> None:
    """Refuse a key that stands in unread lines, for which one counts is unclear, or one that takes such lines in."""
    wanted = frozenset(keys)
    edited = {entry.line: entry.key for entry in before.entries if entry.key in wanted}
    for swallowed in before.swallowed:
        if swallowed.line in edited:
            raise _unsafe(f"`{edited[swallowed.line]}` takes in lines that are not its own", swallowed)
        for line in physical_lines(before.text[swallowed.start : swallowed.end]):
            found = _ASSIGNED.match(before.text, swallowed.start + line.start, swallowed.start + line.end)
            if found and found[1] in wanted:
                raise _unsafe(f"`{found[1]}` stands in lines that are not read", swallowed)


def _replace(before: DotenvFile, key: str, value: Wanted) -> list[_Splice]:
    occurrences = before.occurrences(key)
    kept = () if value is None else occurrences[:1]
    splices = [_Splice(entry.start, entry.next, "") for entry in occurrences[len(kept) :]]
    if value is not None and kept and not _says(kept[0], value):
        splices.append(_Splice(kept[0].start, kept[0].end, _rewritten(before.text, kept[0], value)))
    return splices


def _says(entry: Entry, value: str | LaravelNull) -> bool:
    """Say whether the entry gives ``value`` by itself, whatever other keys and the environment hold."""
    if entry.value is None or entry.has_references:
        return False
    expected = None if value is LARAVEL_NULL else value
    return laravel_env(entry.value) == expected


def _rewritten(text: str, entry: Entry, value: str | LaravelNull) -> str:
    head = text[entry.start : entry.value_start]
    comment = text[entry.value_end : entry.end]
    if "=" not in head:
        head += "="
    if comment.startswith("#"):
        comment = f" {comment}"
    # A bare value beside a comment with a quote could look like the beginning of a multi-line value.
    return head + _written(value, quoted='"' in comment) + comment


def _written(value: str | LaravelNull, *, quoted: bool) -> str:
    if isinstance(value, LaravelNull):
        return double_quote(value.value) if quoted else value.value
    return quote_always(value) if quoted else quote(value)


def _insert(before: DotenvFile, wanted: Mapping[str, Wanted]) -> list[_Splice]:
    newline = _newline(before.text)
    splices = []
    for key, value in wanted.items():
        if value is None or before.occurrences(key):
            continue
        position = _place(before, key)
        splices.append(_Splice(position, position, f"{key}={_written(value, quoted=False)}{newline}", own_line=True))
    return splices


def _place(before: DotenvFile, key: str) -> int:
    for family in (key.partition("_")[0] + "_", _MAIL_FAMILY):
        ends = [entry.next for entry in before.entries if entry.key.startswith(family)]
        if ends:
            return ends[-1]
    return len(before.text)


def _newline(text: str) -> str:
    pairs = text.count("\r\n")
    if pairs * 2 > text.count("\n"):
        return "\r\n"
    return "\r" if "\r" in text and "\n" not in text else "\n"


def _assemble(text: str, splices: Iterable[_Splice]) -> str:
    pieces: list[str] = []
    position = 0
    newline = _newline(text)
    for splice in sorted(splices, key=lambda splice: splice[:2]):
        pieces.append(text[position : splice.start])
        last = next((piece for piece in reversed(pieces) if piece), BYTE_ORDER_MARK)
        if splice.own_line and last != BYTE_ORDER_MARK and last[-1] not in "\r\n":
            pieces.append(newline)
        pieces.append(splice.text)
        position = splice.end
    pieces.append(text[position:])
    return "".join(pieces)


def _verify(before: DotenvFile, result: str, wanted: Mapping[str, Wanted]) -> None:
    """Read the result and hold every entry against what it was or should be."""
    after = _parse_or_none(result)
    culprit = next(iter(before.swallowed + (after.swallowed if after else ())), None)
    if after is None or _others(after, wanted) != _others(before, wanted):
        raise _unsafe("other entries would change", culprit)
    for key, value in wanted.items():
        entries = after.occurrences(key)
        if value is None and not entries:
            continue
        if value is None or len(entries) != 1 or not _says(entries[0], value):
            raise _unsafe(f"`{key}` would not get its value", culprit)


def _parse_or_none(text: str) -> DotenvFile | None:
    try:
        return parse(text)
    except DotenvSyntaxError:
        return None


def _others(file: DotenvFile, wanted: Mapping[str, Wanted]) -> list[tuple[str, str]]:
    return [(entry.key, file.text[entry.start : entry.end]) for entry in file.entries if entry.key not in wanted]


def _unsafe(reason: str, culprit: SwallowedLines | None) -> UnsafeEdit:
    if culprit is None:
        return UnsafeEdit(
            f"the `.env` file cannot be edited safely: {reason}",
            help="look for unclosed double quotes near the `MAIL_` keys, correct them by hand, and run again",
        )
    return UnsafeEdit(
        f"the `.env` file cannot be edited safely, {reason}: line {culprit.line} opens a double quote with "
        f'`="` and does not close it, so the lines after it are not read as they look',
        help=f"close or remove the double quote in line {culprit.line}, check the lines after it, and run again",
    )
