"""What an operator takes upon himself: guards by name, and gates with a reason."""

from __future__ import annotations

from kmconfig.deploy.guards import GUARDS
from kmconfig.errors import UsageError


def known_guards(names: tuple[str, ...]) -> tuple[str, ...]:
    """The approved guards. Raises UsageError for a name that no guard has."""
    for name in names:
        if name not in GUARDS:
            raise UsageError(f"there is no guard `{name}`", help=f"there are: {', '.join(GUARDS)}")
    return names


def reason_of(option: str, text: str | None) -> str | None:
    """The reason that an option gives. Raises UsageError for one that says nothing."""
    if text is not None and not text.strip():
        raise UsageError(f"`{option}` needs a reason", help=f'say why: {option} "mail server is down"')
    return text
