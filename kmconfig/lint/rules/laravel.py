"""The Laravel application that an environment's target names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value


def laravel_of(env: Environment) -> Value[Any] | None:
    """The major version that the target names; None for another target, and where the version is found later."""
    version = env.get("target", "laravel_env", "laravel")
    return version if version is not None and isinstance(version.data, int) else None
