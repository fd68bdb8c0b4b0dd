"""The `.env` of a Laravel application: read as the application reads it, edited without side effects."""

from __future__ import annotations

from kmconfig.targets.dotenv.conversion import LARAVEL_NULL, LaravelNull, laravel_env
from kmconfig.targets.dotenv.quoting import UnwritableValue, quote
from kmconfig.targets.dotenv.reader import DotenvFile, Entry, SwallowedLines, decode, encode, parse
from kmconfig.targets.dotenv.syntax import DotenvSyntaxError
from kmconfig.targets.dotenv.writer import UnsafeEdit, edit

__all__ = [
    "LARAVEL_NULL",
    "DotenvFile",
    "DotenvSyntaxError",
    "Entry",
    "LaravelNull",
    "SwallowedLines",
    "UnsafeEdit",
    "UnwritableValue",
    "decode",
    "edit",
    "encode",
    "laravel_env",
    "parse",
    "quote",
]
