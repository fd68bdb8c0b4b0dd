"""A file of another machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.files.ssh_reading import RemoteReading, plain
from kmconfig.targets.files.ssh_writing import RemoteWriting
from kmconfig.targets.keeping.remote import RemoteKeeper

if TYPE_CHECKING:
    from kmconfig.targets.files.interface import Ended
    from kmconfig.targets.files.ssh_connection import SshConnection


@dataclass(frozen=True, slots=True)
class SshFile:
    """Reads it. ``shown`` is the path as the environment gives it."""

    connection: SshConnection
    shown: str

    @property
    def place(self) -> str:
        """The machine where it lies."""
        return self.connection.place

    @property
    def limits(self) -> tuple[str, ...]:
        """None that could be told before it is tried."""
        return ()

    @property
    def folder(self) -> Path:
        """The folder that the path names."""
        return Path(self.shown).parent

    def read(self) -> tuple[bytes | None, str]:
        """The content and the token of its state."""
        return RemoteReading(self.connection).read(self.shown, self.shown)

    def require_whole(self, data: bytes) -> None:
        """A file there is only ever written as a whole."""

    def beside(self, name: str) -> bytes | None:
        """The content of another file in the same folder."""
        path = str(self.folder / name)
        return RemoteReading(self.connection).read(path, path)[0]

    def owns(self, name: str) -> bool | None:
        """Whether another file in the same folder belongs to the login."""
        return RemoteReading(self.connection).owns(str(self.folder / name))

    def run(self, command: tuple[str, ...], *, timeout: float) -> Ended:
        """Run a command in the folder, for so many seconds. Raises CouldNotCheck where the connection fails."""
        return self.connection.run(command, folder=plain(str(self.folder)), timeout=timeout)


class SshFileWriter:
    """Replaces it. ``shown`` is the path as the environment gives it."""

    def __init__(self, connection: SshConnection, shown: str) -> None:
        self._connection = connection
        self._writing = RemoteWriting(connection)
        self._shown = shown
        self._located: str | None = None

    def sweep(self) -> None:
        """Remove what killed runs left beside the file."""
        path = PurePosixPath(self._path())
        self._writing.sweep(str(path.parent), re.escape(path.name))

    def try_replace(self) -> None:
        """Do everything short of replacing the file."""
        self._writing.try_put(self._path())

    def replace(self, data: bytes) -> None:
        """Put ``data`` in the file's place."""
        self._writing.put(self._path(), data, mode=0o600)

    def remove(self) -> None:
        """Remove the file; a symbolic link to it stays."""
        self._writing.remove(self._path())

    def under_way(self) -> tuple[bytes, ...]:
        """Nothing: a file is only ever written as a whole."""
        return ()

    def keeper(self) -> RemoteKeeper:
        """``.kmconfig/`` beside the file."""
        return RemoteKeeper(self._connection, self._shown, locate=self._locate)

    def _locate(self) -> str | None:
        """Where the file really lies, asked once; None where its folder does not exist."""
        if self._located is None:
            self._located = RemoteReading(self._connection).locate(self._shown)
        return self._located

    def _path(self) -> str:
        path = self._locate()
        if path is None:
            raise CouldNotCheck(
                f"there is no folder for `{self._connection.place}:{self._shown}`",
                help="check the target's `path`, and where its symbolic links lead",
            )
        return path
