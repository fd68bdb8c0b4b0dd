"""The folder beside a target where its lock, journal and snapshots lie."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.atomic import replace_file, sweep_matching, sweep_temporaries

KEPT_SNAPSHOTS = 5

_RUN = r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]+(?:\.absent)?"


class Keeping:
    """``.kmconfig/`` beside a file: mode 0700, of the user who applies, and never in git."""

    def __init__(self, target: Path) -> None:
        real = Path(os.path.realpath(target))
        self.folder = real.parent / ".kmconfig"
        self.snapshots = self.folder / "snapshots"
        self._name = real.name.removeprefix(".")

    @property
    def lock(self) -> Path:
        """The lock file of this target."""
        return self.folder / f"{self._name}.lock"

    @property
    def journal(self) -> Path:
        """The journal of the run that is under way."""
        return self.folder / f"{self._name}.journal.json"

    def ensure(self) -> None:
        """Create the folders if need be.

        Raises CouldNotCheck where that is not possible, or others could tamper with what lies there.
        """
        try:
            for folder in (self.folder, self.snapshots):
                _own(folder)
            ignore = self.folder / ".gitignore"
            if not ignore.exists() or not ignore.stat().st_size:
                ignore.write_bytes(b"*\n")
        except OSError as error:
            raise CouldNotCheck(
                f"lock, journal and snapshots cannot be kept in `{self.folder}`: {error.strerror}",
                help="let the user who applies create this folder beside the target, and always apply as the same user",
            ) from None

    def sweep(self) -> None:
        """Remove what killed runs left half written. Only for whoever holds the lock."""
        sweep_temporaries(self.journal)
        sweep_matching(self.snapshots, self._pattern)

    def snapshot(self, run: str, data: bytes | None) -> Path:
        """Keep the target's content for a run, mode 0600; None stands for a target that does not exist."""
        path = self.snapshots / f"{self._name}.{run}{'.absent' if data is None else ''}"
        replace_file(path, data or b"", mode=0o600)
        return path

    def kept(self) -> list[Path]:
        """The snapshots of this target, oldest first."""
        own = re.compile(self._pattern)
        found = [path for path in self.snapshots.iterdir() if own.fullmatch(path.name)]
        return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))

    def prune(self) -> None:
        """Let go of all but the newest snapshots; only when no journal needs one."""
        for old in self.kept()[:-KEPT_SNAPSHOTS]:
            old.unlink(missing_ok=True)

    @property
    def _pattern(self) -> str:
        return rf"{re.escape(self._name)}\.{_RUN}"


def snapshot_content(snapshot: Path) -> bytes | None:
    """What a snapshot holds; None where the target did not exist. Raises OSError."""
    data = snapshot.read_bytes()
    return None if snapshot.name.endswith(".absent") else data


def _own(folder: Path) -> None:
    """Make sure of a folder that is ours alone: others could swap what a later run puts back or replaces."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(0, "it is no folder") from None
        if status.st_uid != os.geteuid():
            raise PermissionError(0, "it belongs to another user") from None
        if stat.S_IMODE(status.st_mode) & 0o077:
            folder.chmod(0o700)
