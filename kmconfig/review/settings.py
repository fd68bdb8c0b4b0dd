"""What counts in an environment, one setting after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.effective import effective, leaves
from kmconfig.environment.merge import SECRET_SETTINGS, lookup
from kmconfig.lint.rules.references import PLACES

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Path, Value

SECRET_PLACES: frozenset[Path] = SECRET_SETTINGS.union(PLACES)
TIER: Path = ("tier",)


def settings_of(environment: Environment) -> dict[Path, Value[Any]]:
    """The settings that count, by path: scalars, lists and references to secrets; the tier first."""
    own = environment.layers[-1].tier
    found = {TIER: own} if own is not None else {}
    for leaf in leaves(effective(environment)):
        whole = lookup(environment.root, leaf.path[:-1]) if leaf.path[:-1] in SECRET_PLACES else None
        setting = leaf if whole is None else whole
        found[setting.path] = setting
    return found
