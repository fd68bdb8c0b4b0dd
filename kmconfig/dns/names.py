"""Domain names as text, without a dot at the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST: Final = 80
_LABEL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


def normal(name: str) -> str:
    """A name as it is compared: lower case, no dot at the end."""
    return name.removesuffix(".").lower()


def is_below(name: str, parent: str) -> bool:
    """Whether a name is ``parent`` or lies under it."""
    return name == parent or name.endswith(f".{parent}")


def is_domain(name: str) -> bool:
    """Whether a text can be the name of something in the mail world: labels of letters, digits, ``-`` and ``_``."""
    return len(name) <= 253 and all(_LABEL.fullmatch(label) for label in name.removesuffix(".").split("."))


def parents(name: str) -> Iterator[str]:
    """The names above a name, the nearest first, down to a single label."""
    while "." in name:
        name = name.partition(".")[2]
        yield name


def quoted(text: str) -> str:
    """Text of a record within a message: in backticks of its own, and not endless."""
    plain = text.replace("`", "'")
    return f"`{plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + '…'}`"


def listed(names: tuple[str, ...] | list[str], *, most: int = 4) -> str:
    """A few names for people."""
    shown = ", ".join(quoted(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
