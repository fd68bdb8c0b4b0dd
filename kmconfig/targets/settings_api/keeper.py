"""Where lock, journal and snapshots lie of a target that keeps nothing for us."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.keeping.folder import FolderKeeper

if TYPE_CHECKING:
    from pathlib import Path


class StateKeeper(FolderKeeper):
    """In the project's state folder, under a name that no other target has."""

    def __init__(self, state: Path, *, host: str, identity: str) -> None:
        digest = hashlib.sha256(identity.encode()).hexdigest()[:12]
        super().__init__(state / "targets", f"{re.sub(r'[^a-z0-9.-]+', '-', host.lower())}-{digest}")

    def ensure(self) -> None:
        """Create the folders, the state folder too. Raises CouldNotCheck where that is not possible."""
        try:
            self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise CouldNotCheck(
                f"the state folder `{self.folder.parent}` cannot be created: {error.strerror}",
                help="name another one as `state` in kmconfig.yaml",
            ) from None
        super().ensure()
