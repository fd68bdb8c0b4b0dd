"""Writes one value so that phpdotenv and Laravel's ``env()`` give back exactly that value."""

from __future__ import annotations

import re

from kmconfig.errors import ConfigurationError
from kmconfig.targets.dotenv.conversion import survive_laravel_env

_BARE = re.compile(r"[A-Za-z0-9_./:@%+,-]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED = str.maketrans(
    {
        "\\": "\\\\",
        '"': '\\"',
        "$": "\\$",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\f": "\\f",
        "\v": "\\v",
    }
)


class UnwritableValue(ConfigurationError):  # noqa: N818 - says what the value is
    """A value that no `.env` can hold. The message does not show it."""


def quote(value: str) -> str:
    """Return ``value`` as it must stand behind the `=`: bare where that is safe, else in double quotes.

    Always one line. Words that ``env()`` would turn into something else are kept as text.

    :raises UnwritableValue: the value holds NUL or is no valid Unicode.
    """
    dotenv_value = _dotenv_value(value)
    return dotenv_value if _BARE.fullmatch(dotenv_value) else double_quote(dotenv_value)


def quote_always(value: str) -> str:
    """Return ``value`` like :func:`quote`, with double quotes even where it could stand bare."""
    return double_quote(_dotenv_value(value))


def double_quote(dotenv_value: str) -> str:
    """Return a text in double quotes that phpdotenv reads as ``dotenv_value``."""
    return f'"{dotenv_value.translate(_ESCAPED)}"'


def _dotenv_value(value: str) -> str:
    if "\0" in value:
        raise UnwritableValue(
            "a value holds a NUL character, which no environment variable can hold",
            help="store the value without it; a binary secret needs an encoding such as base64",
        )
    if _SURROGATE.search(value):
        raise UnwritableValue(
            "a value is not valid Unicode text",
            help="store the value as UTF-8; a binary secret needs an encoding such as base64",
        )
    return survive_laravel_env(value)
