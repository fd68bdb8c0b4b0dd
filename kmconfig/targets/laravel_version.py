"""Finds the Laravel version of an application in its ``composer.lock``."""

from __future__ import annotations

import re
from typing import Final

from kmconfig.errors import ConfigurationError

OLDEST_LARAVEL: Final = 8
NEWEST_LARAVEL: Final = 13

_FRAMEWORK: Final = "laravel/framework"
_MAJOR = re.compile(r"v?([0-9]{1,3})\.")
_HELP: Final = "set `target.laravel_env.laravel` to the major version of the application, 8 to 13"


def require_known_version(laravel: int) -> None:
    """Refuse a major version whose keys are not known.

    :raises ConfigurationError: it is none of 8 to 13.
    """
    if not OLDEST_LARAVEL <= laravel <= NEWEST_LARAVEL:
        raise ConfigurationError(
            f"Laravel {laravel} is not known, only {OLDEST_LARAVEL} to {NEWEST_LARAVEL}",
            help="set `target.laravel_env.laravel` to the version whose `config/mail.php` the application has",
        )


def detect_laravel_version(composer_lock_text: str) -> int:
    """Return the major version of `laravel/framework` that ``composer.lock`` pins, such as 10 for `v10.48.2`.

    :raises ConfigurationError: no composer.lock, no Laravel in it, or a version that is not known.
    """
    for package in _packages(composer_lock_text):
        if isinstance(package, dict) and package.get("name") == _FRAMEWORK:
            laravel = _major(package.get("version"))
            require_known_version(laravel)
            return laravel
    raise ConfigurationError(f"`composer.lock` names no `{_FRAMEWORK}`", help=_HELP)


def _packages(text: str) -> list[object]:
    import json  # noqa: PLC0415

    try:
        lock = json.loads(text)
    except (ValueError, RecursionError):
        lock = None
    packages = lock.get("packages") if isinstance(lock, dict) else None
    if not isinstance(packages, list):
        raise ConfigurationError("`composer.lock` cannot be read as composer writes it", help=_HELP)
    return packages


def _major(version: object) -> int:
    found = _MAJOR.match(version) if isinstance(version, str) else None
    if found is None:
        raise ConfigurationError(f"`composer.lock` gives no numbered version of `{_FRAMEWORK}`", help=_HELP)
    return int(found[1])
