"""The folder beside a target where its lock, journal and snapshots lie."""

from __future__ import annotations

import os
from pathlib import Path

from kmconfig.targets.atomic import replace_file

KEPT_SNAPSHOTS = 5


class Keeping:
    """``.kmconfig/`` beside a file: mode 0700, and never in git."""

    def __init__(self, target: Path) -> None:
        real = Path(os.path.realpath(target))
        self.folder = real.parent / ".kmconfig"
        self._name = real.name

    def ensure(self) -> Path:
        """Create the folder if need be."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.folder.chmod(0o700)
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            replace_file(ignore, b"*\n", mode=0o600)
        return self.folder

    @property
    def lock(self) -> Path:
        """The lock file of this target."""
        return self.folder / f"{self._name.lstrip('.')}.lock"

    @property
    def journal(self) -> Path:
        """The journal of the run that is under way."""
        return self.folder / f"{self._name.lstrip('.')}.journal.json"

    def snapshot(self, run: str, data: bytes) -> Path:
        """Keep ``data`` for a run, mode 0600, and let go of the oldest."""
        folder = self.ensure() / "snapshots"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{self._name.lstrip('.')}.{run}"
        replace_file(path, data, mode=0o600)
        for old in sorted(folder.glob(f"{self._name.lstrip('.')}.*"))[:-KEPT_SNAPSHOTS]:
            old.unlink(missing_ok=True)
        return path
