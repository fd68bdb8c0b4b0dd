"""`--approve`: guards by name."""

from __future__ import annotations

from kmconfig.deploy.guards import GUARDS
from kmconfig.errors import UsageError


def known_guards(names: tuple[str, ...]) -> tuple[str, ...]:
    """The approved guards. Raises UsageError for a name that no guard has."""
    for name in names:
        if name not in GUARDS:
            raise UsageError(f"there is no guard `{name}`", help=f"there are: {', '.join(GUARDS)}")
    return names
