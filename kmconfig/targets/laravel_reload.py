"""The commands after which a Laravel application uses new settings."""

from __future__ import annotations

_CACHED = (("php", "artisan", "config:cache"), ("php", "artisan", "queue:restart"))
_UNCACHED = (("php", "artisan", "config:clear"),)


def usual_reload(tier: str) -> list[list[str]]:
    """What reloads the settings where they are cached and workers run, and on the machine of a developer."""
    return [list(words) for words in (_UNCACHED if tier == "development" else _CACHED)]
