"""A file that is reached by SSH."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from kmconfig.targets.files.ssh import SshFile, SshFileWriter
from kmconfig.targets.files.ssh_address import SshAddress
from kmconfig.targets.files.ssh_connection import SshConnection
from kmconfig.targets.keeping.interface import Holder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kmconfig.targets.keeping.remote import SessionFence
    from tests.servers.sshd import Sshd

RUN = "20260101T000000Z-0000000ab"


def connect(sshd: Sshd, *, port: int | None = None, known_hosts: Path | None = None) -> SshConnection:
    """A connection that has not begun."""
    address = SshAddress.parse(sshd.ssh if port is None else f"127.0.0.1:{port}")
    return SshConnection(address, known_hosts=known_hosts or sshd.known_hosts)


def reach(connection: SshConnection, path: Path | str) -> tuple[SshFile, SshFileWriter]:
    """A file, for reading and for writing."""
    return SshFile(connection, str(path)), SshFileWriter(connection, str(path))


@contextmanager
def held(writer: SshFileWriter, run: str = RUN) -> Iterator[SessionFence]:
    """The lock of a file."""
    keeper = writer.keeper()
    keeper.ensure()
    with keeper.hold(Holder.here(run=run, environment="staging")) as fence:
        yield fence
