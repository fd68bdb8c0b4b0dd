"""What Laravel's ``env()`` makes of a text that dotenv has read, and how to keep a text from being changed."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final


class LaravelNull(Enum):
    """The type of :data:`LARAVEL_NULL`."""

    NULL = "null"


LARAVEL_NULL: Final = LaravelNull.NULL
"""PHP's ``null`` as a value to write: `KEY=null`, which the application sees as not set."""

_WORDS: Final[dict[str, str | bool | None]] = {
    "true": True,
    "(true)": True,
    "false": False,
    "(false)": False,
    "empty": "",
    "(empty)": "",
    "null": None,
    "(null)": None,
}
_QUOTED = re.compile(r"(['\"])([^\n]*)\1")
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def laravel_env(value: str | None) -> str | bool | None:
    """Return what ``env()`` returns for a variable with this text; ``None`` means null or not set."""
    if value is None:
        return None
    if (word := value.translate(_ASCII_LOWER)) in _WORDS:
        return _WORDS[word]
    quoted = _QUOTED.fullmatch(value)
    return quoted[2] if quoted else value


def survive_laravel_env(value: str) -> str:
    """Return the text that ``env()`` turns into ``value``: itself, or in single quotes where it must be."""
    return value if laravel_env(value) == value else f"'{value}'"
