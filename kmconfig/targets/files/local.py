"""A file of this machine."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.atomic import replace_file, sweep_temporaries, try_replace
from kmconfig.targets.files.access import read_target
from kmconfig.targets.files.in_place import NOT_ATOMIC, is_mixture, is_mounted, is_whole, overwrite, try_overwrite
from kmconfig.targets.keeping.folder import FolderKeeper


@dataclass(frozen=True, slots=True)
class LocalFile:
    """Reads it. ``shown`` is the path as the environment gives it."""

    path: Path
    shown: str
    place: str = ""

    @property
    def limits(self) -> tuple[str, ...]:
        """That it cannot be replaced as a whole, where it is a mount of its own."""
        return (NOT_ATOMIC,) if is_mounted(self.path) else ()

    @property
    def folder(self) -> Path:
        """The folder that the path names."""
        return self.path.parent

    def read(self) -> tuple[bytes | None, str]:
        """The content and the token of its state."""
        return read_target(self.path, self.shown)

    def require_whole(self, data: bytes) -> None:
        """Make sure that no run was killed in the middle of writing into the file itself."""
        try:
            announced = FolderKeeper.beside(self.path).announced()
        except OSError:
            return  # whoever may not look there cannot have written either
        known = announced.values()
        if any(is_whole(data, content) for content in known) or not is_mixture(data, known):
            return
        raise CouldNotCheck(
            f"a run was killed while it wrote into `{self.shown}` itself, which now holds parts of two contents",
            help=f"put one back as a whole, then apply again: the last was {next(iter(announced))}",
        )

    def beside(self, name: str) -> bytes | None:
        """The content of another file in the same folder."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CouldNotCheck(f"cannot read {name} beside `{self.shown}`: {error.strerror}") from None

    def owns(self, name: str) -> bool | None:
        """Whether another file in the same folder belongs to this user."""
        try:
            return (self.folder / name).stat().st_uid == os.geteuid()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CouldNotCheck(f"cannot look at {name} beside `{self.shown}`: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class LocalFileWriter:
    """Replaces it. ``mode`` is for a file that does not exist yet."""

    path: Path
    mode: int = 0o600

    def sweep(self) -> None:
        """Remove what killed runs left beside the file."""
        sweep_temporaries(self.path)

    def try_replace(self) -> None:
        """Do everything short of replacing the file."""
        try_replace(self.path)
        if is_mounted(self.path):
            try_overwrite(self.path)

    def replace(self, data: bytes) -> None:
        """Put ``data`` in the file's place; into the file itself where that is a mount of its own."""
        try:
            replace_file(self.path, data, mode=self.mode)
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
        else:
            return
        keeper, held = self.keeper(), self.path.read_bytes()
        if not is_mixture(held, keeper.announced().values()):
            keeper.announce(held)
        keeper.announce(data)
        overwrite(self.path, data)

    def under_way(self) -> tuple[bytes, ...]:
        """What runs were about to write into the file itself."""
        return tuple(self.keeper().announced().values())

    def remove(self) -> None:
        """Remove the file; a symbolic link to it stays."""
        Path(os.path.realpath(self.path)).unlink(missing_ok=True)

    def keeper(self) -> FolderKeeper:
        """``.kmconfig/`` beside the file."""
        return FolderKeeper.beside(self.path)
