"""The `.env` of a Laravel application as a target."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from kmconfig.errors import ConfigurationError, Refused
from kmconfig.targets.files.local import LocalFile, LocalFileWriter
from kmconfig.targets.files.writer import FileWriter
from kmconfig.targets.laravel_env.reader import LaravelEnvReader
from kmconfig.targets.laravel_env.wanted import compose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value
    from kmconfig.targets.access import Access
    from kmconfig.targets.files.interface import TargetFile, WritableFile
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import Reader, WritePermit
    from kmconfig.targets.keeping.interface import Keeper

__all__ = ["LaravelEnvReader", "open_keeper", "open_reader", "open_writer"]


def open_reader(environment: Environment, block: Value[Any], access: Access) -> LaravelEnvReader:
    """The reader of a `.env`. Raises ConfigurationError where it is not clear on which machine that lies."""
    for name in ("ssh", "ssh_known_hosts"):
        if ("target", "laravel_env", name) in environment.broken:
            # Without it, it would be the file of that path on this machine, or any host key would do.
            raise ConfigurationError(
                f"`target.laravel_env.{name}` cannot be understood", help="`kmconfig lint` says what is wrong with it"
            )
    told = block.plain()
    file = _remote_file(told, access) if "ssh" in told else LocalFile(access.root / told["path"], told["path"])
    return LaravelEnvReader(file, laravel=told.get("laravel", "auto"))


def _remote_file(told: Mapping[str, Any], access: Access) -> TargetFile:
    """The file on another machine. Nothing is asked yet. Raises Refused where `policy.hosts` does not allow it."""
    from kmconfig.targets.files.ssh import SshFile  # noqa: PLC0415 - few targets lie elsewhere
    from kmconfig.targets.files.ssh_address import SshAddress  # noqa: PLC0415
    from kmconfig.targets.files.ssh_connection import SshConnection  # noqa: PLC0415

    address = SshAddress.parse(told["ssh"])
    if access.allowed_hosts is not None and address.host not in {host.lower() for host in access.allowed_hosts}:
        raise Refused(
            f"`policy.hosts` does not allow a login at `{address.host}`",
            help="correct `target.laravel_env.ssh`, or have the host added to `policy.hosts` in kmconfig.yaml",
        )
    known_hosts = access.root / told["ssh_known_hosts"] if "ssh_known_hosts" in told else None
    return SshFile(SshConnection(address, known_hosts=known_hosts), told["path"])


def open_writer(reader: Reader, permit: WritePermit, goal: Goal, *, formerly_ours: frozenset[str]) -> FileWriter:
    """The writer of a `.env`."""
    env = cast("LaravelEnvReader", reader)
    content = partial(compose, env.read, lambda: env.version, goal, formerly_ours)
    return FileWriter(env.file, _writable(env), permit, compose=content)


def open_keeper(reader: Reader) -> Keeper:
    """Beside the `.env`."""
    return _writable(cast("LaravelEnvReader", reader)).keeper()


def _writable(reader: LaravelEnvReader) -> WritableFile:
    if isinstance(reader.file, LocalFile):
        return LocalFileWriter(reader.file.path)
    from kmconfig.targets.files.ssh import SshFile, SshFileWriter  # noqa: PLC0415

    remote = cast("SshFile", reader.file)
    return SshFileWriter(remote.connection, remote.shown)
