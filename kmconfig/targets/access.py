"""What a reader needs to reach its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.secrets.stores import Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """``root`` is what paths are relative to, ``state`` the project's state folder, ``environments`` that of the
    environment files where it is known.

    ``stores`` read the secrets that a target itself is opened with. ``allowed_hosts`` are the only servers that may be
    given a login; None allows any.
    """

    root: Path
    state: Path
    stores: Stores
    allowed_hosts: tuple[str, ...] | None = None
    environments: Path | None = None
