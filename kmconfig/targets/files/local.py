"""A file of this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.atomic import replace_file, sweep_temporaries, try_replace
from kmconfig.targets.files.access import read_target
from kmconfig.targets.keeping.folder import FolderKeeper


@dataclass(frozen=True, slots=True)
class LocalFile:
    """Reads it. ``shown`` is the path as the environment gives it."""

    path: Path
    shown: str
    place: str = ""

    @property
    def folder(self) -> Path:
        """The folder that the path names."""
        return self.path.parent

    def read(self) -> tuple[bytes | None, str]:
        """The content and the token of its state."""
        return read_target(self.path, self.shown)

    def beside(self, name: str) -> bytes | None:
        """The content of another file in the same folder."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CouldNotCheck(f"cannot read {name} beside `{self.shown}`: {error.strerror}") from None


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

    def replace(self, data: bytes) -> None:
        """Put ``data`` in the file's place."""
        replace_file(self.path, data, mode=self.mode)

    def remove(self) -> None:
        """Remove the file; a symbolic link to it stays."""
        Path(os.path.realpath(self.path)).unlink(missing_ok=True)

    def keeper(self) -> FolderKeeper:
        """``.kmconfig/`` beside the file."""
        return FolderKeeper.beside(self.path)
