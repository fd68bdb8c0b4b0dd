"""Creates files that do not exist yet: all of them or none, and each as a whole."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kmconfig.errors import Refused, UsageError
from kmconfig.targets.atomic import sync_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Characters of a path that messages repeat.
_LONGEST_SHOWN = 100
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK)


def create_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Create files at paths relative to ``root``, with the folders they need.

    Raises:
        Refused: one of them exists, or its folder is a link that leads outside ``root``. Nothing was created.
        UsageError: a file or folder cannot be written. Nothing was created.
    """
    batch = _Batch(root)
    try:
        for path, content in files.items():
            batch.stage(path, content)
        for path in files:
            batch.place(path)
    except OSError as error:
        batch.undo()
        refusal = UsageError(
            f"cannot write `{_cut(batch.current)}`: {error.strerror or type(error).__name__}",
            help=f"nothing was written; {_remedy(error, root)}",
        )
    except BaseException:
        batch.undo()
        raise
    else:
        batch.finish()
        return
    raise refusal


class _Batch:
    """The files of one call: first all under temporary names, then each under its own."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real = Path(os.path.realpath(root))
        self._staged: dict[str, tuple[Path, Path]] = {}
        self._placed: list[Path] = []
        self._folders: list[Path] = []
        self.current = ""

    def stage(self, path: str, content: bytes) -> None:
        """Write the content beside the place where it belongs."""
        self.current = path
        target = self._root / path
        self._make_folder(target.parent, path)
        if os.path.lexists(target):
            raise _exists(path)
        temporary = target.parent / f".{target.name}.kmconfig-new-{secrets.token_hex(6)}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        self._staged[path] = temporary, target
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(handle)

    def place(self, path: str) -> None:
        """Give a file its name, unless somebody took it meanwhile."""
        self.current = path
        temporary, target = self._staged[path]
        try:
            _name(temporary, target)
        except FileExistsError:
            taken = True
        else:
            taken = False
        if taken:
            raise _exists(path)
        self._placed.append(target)

    def undo(self) -> None:
        """Take away everything that was made."""
        for file in (*self._placed, *(temporary for temporary, _ in self._staged.values())):
            file.unlink(missing_ok=True)
        for folder in reversed(self._folders):
            with suppress(OSError):
                folder.rmdir()

    def finish(self) -> None:
        """Let go of the temporary names, and make the new ones survive a power cut."""
        for temporary, _ in self._staged.values():
            temporary.unlink(missing_ok=True)
        for folder in {target.parent for target in self._placed}:
            sync_folder(folder)

    def _make_folder(self, folder: Path, path: str) -> None:
        """Make a folder and those above it; refuse one that lies outside the root behind a link."""
        missing = [place for place in (folder, *folder.parents) if not os.path.lexists(place)]
        for place in reversed(missing):
            place.mkdir()
            self._folders.append(place)
        real = Path(os.path.realpath(folder))
        if real != self._real and self._real not in real.parents:
            raise Refused(
                f"`{path}` would lie outside the root, since its folder is a link",
                help="put a real folder in the place of the link",
            )


def _remedy(error: OSError, root: Path) -> str:
    match error.errno:
        case errno.ENOTDIR:
            return "a file stands where one of its folders belongs: move that file away"
        case errno.ENAMETOOLONG:
            return "choose a shorter name"
        case errno.ENOSPC | errno.EDQUOT:
            return "make room on the disk"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"work in a folder that can be written to, {root} cannot"
        case _:
            return f"look at the folder {root}"


def _cut(path: str) -> str:
    return path if len(path) <= _LONGEST_SHOWN else f"{path[:_LONGEST_SHOWN]}…"


def _name(temporary: Path, target: Path) -> None:
    """Link a file under a name that must be free; where there are no hard links, rename it."""
    try:
        target.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        linked = False
    else:
        linked = True
    if linked:
        return
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "it exists", str(target))
    temporary.rename(target)


def _exists(path: str) -> Refused:
    return Refused(
        f"`{path}` exists, and is never overwritten",
        help="nothing was written; move the file away, or choose another name",
    )
