"""Which Laravel reads the file, since each version has keys and defaults of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig.errors import ConfigurationError
from kmconfig.source.reader import Unreadable, read_content
from kmconfig.targets.laravel_version import detect_laravel_version

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_NEWEST_GUESS = 12
_APPLICATION = ("artisan", "composer.lock")


@dataclass(frozen=True, slots=True)
class LaravelVersion:
    """A major version; ``by`` says how it is known, ``certain`` is False where it was guessed from the keys."""

    number: int
    by: str
    certain: bool = True


def is_application(env_file: Path) -> bool:
    """Whether a file is the `.env` in the folder of a Laravel application."""
    return env_file.name == ".env" and any((env_file.parent / name).is_file() for name in _APPLICATION)


def laravel_version(env_file: Path, keys: Collection[str], *, wished: int | None = None) -> LaravelVersion:
    """The wished version, else that of composer.lock beside the file, else a guess from the keys in the file.

    Raises ConfigurationError where composer.lock names a version that is not known.
    """
    if wished is not None:
        return LaravelVersion(wished, "--laravel")
    lock = env_file.parent / "composer.lock"
    content = read_content(lock) if lock.is_file() else None
    if isinstance(content, bytes):
        try:
            return LaravelVersion(detect_laravel_version(content.decode("utf-8", "replace")), "composer.lock")
        except ConfigurationError as error:
            refusal = ConfigurationError(error.message, help="say which Laravel reads the file: --laravel 8 to 13")
        raise refusal
    if isinstance(content, Unreadable):
        return _guess(keys, note=f"; composer.lock cannot be read: {content.reason}")
    return _guess(keys)


def _guess(keys: Collection[str], *, note: str = "") -> LaravelVersion:
    for key, number in (("MAIL_SCHEME", 11), ("MAIL_ENCRYPTION", 10), ("MAIL_DRIVER", 8)):
        if key in keys:
            return LaravelVersion(number, f"a guess from {key}{note}", certain=False)
    return LaravelVersion(_NEWEST_GUESS, f"a guess, nothing in the file tells{note}", certain=False)
