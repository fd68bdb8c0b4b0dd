"""One logical line of a `.env` taken apart as phpdotenv does: name, value, variables, comment."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.errors import ConfigurationError
from kmconfig.targets.dotenv.lines import LINE_BREAK, PHP_TRIM

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE = " \t\n\v\f\r"
_LEXEME = re.compile(r"""[\r\n]+|[ \t\v\f]+|\\|'|"|\#|\$|[^ \t\n\v\f\r\\'"#$]+""")
_NAME = re.compile(r"[a-zA-Z0-9_.]+")
_UNDECODABLE = re.compile("[\udc80-\udcff]+")
_ESCAPES = {"f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class DotenvSyntaxError(ConfigurationError):
    """phpdotenv refuses the file, so the application that loads it does not start.

    ``line`` counts from 1. The message never holds text of the file.
    """

    def __init__(self, message: str, *, line: int, help: str) -> None:  # noqa: A002 - the word users read
        super().__init__(f"the `.env` file cannot be loaded: line {line} {message}", help=help)
        self.line = line


class ParsedLine(NamedTuple):
    """An entry before its variables are resolved; offsets count in the whole file.

    ``chars`` is None for a name without `=`, which clears the variable. ``references`` are the positions in
    ``chars`` of each live `$`. The value, quotes included, lies at ``value_start`` to ``value_end``.
    """

    name: str
    exported: bool
    chars: str | None
    references: tuple[int, ...]
    value_start: int
    value_end: int


class _State(Enum):
    INITIAL = auto()
    UNQUOTED = auto()
    SINGLE_QUOTED = auto()
    DOUBLE_QUOTED = auto()
    ESCAPE = auto()
    AFTER_VALUE = auto()
    COMMENT = auto()


_EXPANDING = (_State.INITIAL, _State.UNQUOTED, _State.DOUBLE_QUOTED)
_UNFINISHED = (_State.SINGLE_QUOTED, _State.DOUBLE_QUOTED, _State.ESCAPE)


def parse_line(content: str, *, offset: int, line: int) -> ParsedLine:
    """Take apart one logical line that is neither blank nor a comment.

    :raises DotenvSyntaxError: phpdotenv refuses the line.
    """
    left, equals, right = content.partition("=")
    if not equals:
        name, exported = _parse_name(content, line)
        end = offset + len(content)
        return ParsedLine(name, exported, None, (), end, end)
    name, exported = _parse_name(left.strip(PHP_TRIM), line)
    after_equals = offset + len(left) + 1
    begin = after_equals + len(right) - len(right.lstrip(PHP_TRIM))
    chars, references, length = _parse_value(right.strip(PHP_TRIM), line)
    if not length:
        return ParsedLine(name, exported, chars, references, after_equals, after_equals)
    return ParsedLine(name, exported, chars, references, begin, begin + length)


def _parse_name(name: str, line: int) -> tuple[str, bool]:
    if not name:
        raise DotenvSyntaxError("begins with `=`", line=line, help="write a key before the `=`, or delete the line")
    exported = len(name) > 8 and name.startswith("export") and name[6] in _SPACE
    if exported:
        name = name[6:].lstrip(PHP_TRIM)
    if len(name) >= 3 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1]
    if not _NAME.fullmatch(name):
        raise DotenvSyntaxError(
            "does not begin with a valid key",
            line=line,
            help="keys consist of letters, digits, `_` and `.`; a value that continues from the line before "
            "needs double quotes around the whole, and a note needs a `#` before it",
        )
    return name, exported


def _parse_value(value: str, line: int) -> tuple[str, tuple[int, ...], int]:
    """Return the characters, the positions of live `$`, and how much of ``value`` is not comment."""
    state = _State.INITIAL
    pieces: list[str] = []
    references: list[int] = []
    size = end = 0
    for lexeme_end, lexeme in _lexemes(value):
        if lexeme == "$" and state in _EXPANDING:
            references.append(size)
        text, state = _step(state, lexeme, line)
        if state is not _State.COMMENT and lexeme[0] not in _SPACE:
            end = lexeme_end
        pieces.append(text)
        size += len(text)
    if state in _UNFINISHED:
        raise DotenvSyntaxError("has a quote that is never closed", line=line, help="add the closing quote")
    return "".join(pieces), tuple(references), end


def _lexemes(value: str) -> Iterator[tuple[int, str]]:
    for found in _LEXEME.finditer(value):
        lexeme = found[0]
        if lexeme[0] in "\r\n":
            lexeme = LINE_BREAK.sub("\n", lexeme)
        yield found.end(), _UNDECODABLE.sub(_as_php_reads, lexeme)


def _as_php_reads(undecodable: re.Match[str]) -> str:
    """phpdotenv turns each broken UTF-8 sequence into one question mark."""
    return "?" * len(undecodable[0].encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _step(state: _State, lexeme: str, line: int) -> tuple[str, _State]:
    if state in (_State.INITIAL, _State.UNQUOTED):
        return _step_bare(state, lexeme)
    if state is _State.SINGLE_QUOTED:
        return ("", _State.AFTER_VALUE) if lexeme == "'" else (lexeme, state)
    if state is _State.DOUBLE_QUOTED:
        return _step_double_quoted(lexeme)
    if state is _State.ESCAPE:
        return _step_escape(lexeme, line)
    if lexeme == "#" or state is _State.COMMENT:
        return ("", _State.COMMENT)
    if lexeme[0] not in _SPACE:
        raise DotenvSyntaxError(
            "goes on after its value has ended",
            line=line,
            help='put double quotes around a value that holds spaces, and `\\` before each `"`, `\\` and `$` in it',
        )
    return ("", state)


def _step_bare(state: _State, lexeme: str) -> tuple[str, _State]:
    if lexeme == "#":
        return ("", _State.COMMENT)
    if state is _State.INITIAL and lexeme == "'":
        return ("", _State.SINGLE_QUOTED)
    if state is _State.INITIAL and lexeme == '"':
        return ("", _State.DOUBLE_QUOTED)
    if state is _State.UNQUOTED and lexeme[0] in _SPACE:
        return ("", _State.AFTER_VALUE)
    return (lexeme, _State.UNQUOTED)


def _step_double_quoted(lexeme: str) -> tuple[str, _State]:
    if lexeme == '"':
        return ("", _State.AFTER_VALUE)
    if lexeme == "\\":
        return ("", _State.ESCAPE)
    return (lexeme, _State.DOUBLE_QUOTED)


def _step_escape(lexeme: str, line: int) -> tuple[str, _State]:
    if lexeme in ('"', "\\", "$"):
        return (lexeme, _State.DOUBLE_QUOTED)
    control = _ESCAPES.get(lexeme[0])
    if control is None:
        raise DotenvSyntaxError(
            "has a backslash in double quotes that escapes nothing",
            line=line,
            help="write `\\\\` for a backslash, or put single quotes around the value",
        )
    return (control + lexeme[1:], _State.DOUBLE_QUOTED)
