"""Keeping lock, journal and snapshots in a folder of this machine."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.atomic import replace_file, sweep_matching, sweep_temporaries, sync_folder
from kmconfig.targets.files.remedies import remedy
from kmconfig.targets.keeping.names import FOLDER, LARGEST_HOLDER, Names, locked_by, surplus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kmconfig.targets.keeping.interface import Holder


_BY_THE_SAME_USER = "let the user who applies create this folder beside the target, and always apply as the same user"


class FileFence:
    """The system holds a file's lock for as long as the process lives, so it cannot be lost."""

    number = 0
    took_over = None

    def check(self) -> None:
        """Nothing can have happened to it."""


class FolderKeeper:
    """A folder of mode 0700, of the user who applies, and never in git; several targets may share one."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.snapshots = folder / "snapshots"
        self.where = str(folder)
        self._names = Names(name)

    @classmethod
    def beside(cls, target: Path) -> Self:
        """``.kmconfig/`` beside a file."""
        real = Path(os.path.realpath(target))
        return cls(real.parent / FOLDER, Names.of(real).stem)

    @property
    def _lock(self) -> Path:
        return self.folder / self._names.lock

    @property
    def _journal(self) -> Path:
        return self.folder / self._names.journal

    @property
    def _owner(self) -> Path:
        return self.folder / self._names.owner

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
            why = _reason(error)
            raise CouldNotCheck(
                f"lock, journal and snapshots cannot be kept in `{self.folder}`: {why}",
                help=remedy(why, otherwise=_BY_THE_SAME_USER),
            ) from None

    @contextmanager
    def hold(self, holder: Holder) -> Iterator[FileFence]:
        """Hold the lock file; the system lets go of it when the process ends, however it ends."""
        try:
            handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise self._unusable(error) from None
        try:
            self._take(handle, holder)
            yield FileFence()
        finally:
            with suppress(OSError):  # the system lets go of the lock all the same
                os.close(handle)

    def _take(self, handle: int, holder: Holder) -> None:
        try:
            if _is_held(handle):
                raise locked_by(os.pread(handle, LARGEST_HOLDER, 0))
            _say(handle, f"{json.dumps(holder.document())}\n".encode())
        except OSError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: OSError) -> CouldNotCheck:
        why = _reason(error)
        return CouldNotCheck(
            f"nothing was changed: the lock {self._lock} cannot be used: {why}",
            help=remedy(why, otherwise="check this user's permissions"),
        )

    def journal(self) -> bytes | None:
        """The journal that a run left behind."""
        try:
            return self._journal.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise CouldNotCheck(
                f"the journal {self._journal} cannot be read: {_reason(error)}", help="apply as the same user as before"
            ) from None

    def record(self, journal: bytes) -> None:
        """Put the journal on disk. Raises OSError."""
        replace_file(self._journal, journal, mode=0o600)

    def close(self) -> None:
        """Remove the journal. Raises OSError."""
        for path in self._announced():
            path.unlink(missing_ok=True)
        self._journal.unlink(missing_ok=True)
        sync_folder(self.folder)

    def keep(self, run: str, snapshot: bytes | None) -> str:
        """Keep a snapshot, mode 0600; None stands for a target that does not exist. Raises OSError."""
        path = self.snapshots / self._names.snapshot(run, snapshot)
        replace_file(path, snapshot or b"", mode=0o600)
        return path.name

    def place(self, name: str) -> str:
        """The path of a snapshot."""
        return str(self.snapshots / name)

    def kept(self, name: str) -> bytes | None:
        """The snapshot of a name."""
        path = self.snapshots / name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CouldNotCheck(f"the snapshot {path} cannot be read: {_reason(error)}") from None
        return self._names.content(name, data)

    def owner(self) -> str | None:
        """The environment that was applied here last; what cannot be read is not known."""
        try:
            return self._owner.read_text(encoding="utf-8").strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def mark(self, environment: str) -> None:
        """Remember it beside the journal. Raises OSError."""
        replace_file(self._owner, f"{environment}\n".encode(), mode=0o600)

    def sweep(self) -> None:
        """Remove what killed runs left half written."""
        for path in (self._journal, self._owner):
            sweep_temporaries(path)
        sweep_matching(self.folder, self._names.announcements)
        sweep_matching(self.snapshots, self._names.snapshots)

    def announce(self, content: bytes) -> None:
        """Keep what is about to be written into a file that cannot be replaced as one, until the journal is closed.

        Only so can be told later that a file holds a part of it. Raises OSError.
        """
        replace_file(self.folder / self._names.announced(content), content, mode=0o600)

    def announced(self) -> dict[Path, bytes]:
        """What runs have announced, the last first, and where it lies. Raises OSError."""
        return {path: path.read_bytes() for path in self._announced()}

    def _announced(self) -> list[Path]:
        own = re.compile(self._names.announcements)
        found = [path for path in self.folder.glob("*") if own.fullmatch(path.name)]
        return sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)

    def drop(self, name: str) -> None:
        """Let go of a snapshot. Raises OSError."""
        (self.snapshots / name).unlink(missing_ok=True)

    def prune(self, needed: Collection[str] = ()) -> None:
        """Let go of all but five snapshots. Raises OSError."""
        own = re.compile(self._names.snapshots)
        found = [path for path in self.snapshots.iterdir() if own.fullmatch(path.name)]
        found.sort(key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
        for name in surplus((path.name for path in found), needed):
            self.drop(name)


def _is_held(handle: int) -> bool:
    """Whether another process holds the lock; it is ours where not. Raises OSError."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _say(handle: int, text: bytes) -> None:
    """Let the lock file say who holds it, and nothing else. Raises OSError."""
    os.ftruncate(handle, 0)
    if os.pwrite(handle, text, 0) < len(text):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _reason(error: OSError) -> str:
    why = error.strerror or type(error).__name__
    return f"{why[:1].lower()}{why[1:]}"


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
