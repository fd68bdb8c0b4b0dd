"""Reading files of another machine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.files.access import ABSENT as ABSENT_TOKEN
from kmconfig.targets.files.access import LARGEST_FILE
from kmconfig.targets.files.ssh_faults import reason
from kmconfig.targets.files.ssh_scripts import ABSENT, LIST, LOCATE, OWNS, READ

if TYPE_CHECKING:
    from kmconfig.targets.files.ssh_connection import SshConnection


@dataclass(frozen=True, slots=True)
class RemoteReading:
    """Reads files there. Paths are absolute, or relative to the folder where a login begins."""

    connection: SshConnection

    def locate(self, path: str) -> str | None:
        """Where a path leads; None where its folder does not exist."""
        answer = self.connection.ask(LOCATE, plain(path))
        return None if answer.code == ABSENT else answer.out.decode("utf-8", "surrogateescape").removesuffix("\n")

    def read(self, path: str, shown: str) -> tuple[bytes | None, str]:
        """The content of a file, None where there is none, and the token of its state. Raises CouldNotCheck."""
        answer = self.connection.ask(READ, plain(path), str(LARGEST_FILE))
        if answer.code == ABSENT:
            return None, ABSENT_TOKEN
        if answer.code:
            raise CouldNotCheck(
                f"cannot read the target `{self.connection.place}:{shown}`: {reason(answer.said)}",
                help="check the target's `path` and the permissions of the login",
            )
        state, _, content = answer.out.partition(b"\n")
        if state.rpartition(b":")[2] != str(len(content)).encode():
            raise CouldNotCheck(
                f"cannot read the target `{self.connection.place}:{shown}`: not all of it has arrived",
                help="run the command again; make room in the folder for temporary files (`TMPDIR`) of this machine",
            )
        return content, hashlib.sha256(self.connection.place.encode() + b":" + state).hexdigest()[:32]

    def owns(self, path: str) -> bool | None:
        """Whether a file belongs to the login, None where there is none."""
        answer = self.connection.ask(OWNS, plain(path))
        return None if answer.code == ABSENT else answer.out.strip() == b"yes"

    def names(self, folder: str) -> list[str]:
        """What lies in a folder, the newest first; nothing where there is none. Raises CouldNotCheck."""
        answer = self.connection.ask(LIST, plain(folder))
        if answer.code == ABSENT:
            return []
        if answer.code:
            raise CouldNotCheck(f"cannot read `{self.connection.place}:{folder}`: {reason(answer.said)}")
        return answer.out.decode("utf-8", "surrogateescape").splitlines()


def plain(path: str) -> str:
    """A path that no program takes for an option."""
    return path if path.startswith(("/", "./")) else f"./{path}"
