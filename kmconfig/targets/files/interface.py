"""What a target that is one file needs of the place where the file lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.targets.keeping.interface import Keeper


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended: its code, None where it was ended because it took too long; and what it printed last.

    ``too_much`` says that it was ended because it printed more than any command has reason to.
    """

    code: int | None
    output: str
    too_much: bool = False


class Elsewhere(Protocol):
    """The folder of a file on another machine, where commands run."""

    def run(self, command: tuple[str, ...], *, timeout: float) -> Ended:
        """Run an argument list, for so many seconds at most. Raises CouldNotCheck where the connection fails."""
        ...


class TargetFile(Protocol):
    """One file, here or elsewhere."""

    @property
    def shown(self) -> str:
        """The path as people know it."""
        ...

    @property
    def place(self) -> str:
        """The machine where the file lies, empty for this one."""
        ...

    @property
    def limits(self) -> tuple[str, ...]:
        """What cannot be done with this file, as sentences for people."""
        ...

    @property
    def folder(self) -> Path:
        """The folder of the file, on its machine."""
        ...

    def read(self) -> tuple[bytes | None, str]:
        """The content, None where the file does not exist, and the token of its state.

        The token comes from the file's identity, time and size, never from its content. Raises CouldNotCheck.
        """
        ...

    def require_whole(self, data: bytes) -> None:
        """Make sure that no run was killed in the middle of writing what the file holds. Raises CouldNotCheck."""
        ...

    def beside(self, name: str) -> bytes | None:
        """The content of another file in the same folder, None where there is none. Raises CouldNotCheck."""
        ...

    def owns(self, name: str) -> bool | None:
        """Whether another file in the same folder belongs to this user there, None where there is none.

        Raises CouldNotCheck.
        """
        ...


class WritableFile(Protocol):
    """The same file for whoever holds a permit."""

    def sweep(self) -> None:
        """Remove what killed runs left beside the file. Raises OSError or CouldNotCheck."""
        ...

    def try_replace(self) -> None:
        """Do everything short of replacing the file. Raises OSError or CouldNotCheck."""
        ...

    def replace(self, data: bytes) -> None:
        """Put ``data`` in the file's place, as a whole or not at all wherever that is possible.

        Raises OSError or CouldNotCheck.
        """
        ...

    def under_way(self) -> tuple[bytes, ...]:
        """What runs were about to write where that is not possible as a whole, until the journal is closed.

        Raises OSError or CouldNotCheck.
        """
        ...

    def remove(self) -> None:
        """Remove the file. Raises OSError or CouldNotCheck."""
        ...

    def keeper(self) -> Keeper:
        """Where lock, journal and snapshots of the file lie: beside it."""
        ...
