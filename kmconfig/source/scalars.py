"""Plain scalars by the YAML 1.2 core schema (YAML 1.2.2, section 10.3.2).

So ``0465`` is 465 and not 309, ``off`` and ``no`` are text, and ``12:30`` is no number of seconds.
"""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_STARTS = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?[0-9]{1,400}\Z")
_OCTAL_OR_HEXADECIMAL = re.compile(r"0(o[0-7]{1,400}|x[0-9a-fA-F]{1,400})\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")


def resolve_plain(text: str) -> Scalar:
    """The data that an unquoted scalar stands for.

    Numbers beyond 400 digits are floats, and so infinite: no setting is that large, and ``int`` would take long.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_STARTS:
        return _number(text)
    return text


def _number(text: str) -> Scalar:
    if _INTEGER.match(text):
        return int(text)
    if _OCTAL_OR_HEXADECIMAL.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        return float(text)
    if _SPECIAL.match(text):
        return float(text.replace(".", "", 1))
    return text
