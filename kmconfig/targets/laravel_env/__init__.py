"""The `.env` of a Laravel application as a target."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from kmconfig.targets.files.local import LocalFile, LocalFileWriter
from kmconfig.targets.files.writer import FileWriter
from kmconfig.targets.laravel_env.reader import LaravelEnvReader
from kmconfig.targets.laravel_env.wanted import compose

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value
    from kmconfig.targets.access import Access
    from kmconfig.targets.files.interface import WritableFile
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import Reader, WritePermit
    from kmconfig.targets.keeping.interface import Keeper

__all__ = ["LaravelEnvReader", "open_keeper", "open_reader", "open_writer"]


def open_reader(environment: Environment, block: Value[Any], access: Access) -> LaravelEnvReader:  # noqa: ARG001
    """The reader of a `.env`."""
    shown = block.data["path"].data
    laravel = block.data.get("laravel")
    file = LocalFile(access.root / shown, shown)
    return LaravelEnvReader(file, laravel=laravel.data if laravel is not None else "auto")


def open_writer(reader: Reader, permit: WritePermit, goal: Goal, *, formerly_ours: frozenset[str]) -> FileWriter:
    """The writer of a `.env`."""
    env = cast("LaravelEnvReader", reader)
    content = partial(compose, env.read, lambda: env.version, goal, formerly_ours)
    return FileWriter(env.file, _writable(env), permit, compose=content)


def open_keeper(reader: Reader) -> Keeper:
    """Beside the `.env`."""
    return _writable(cast("LaravelEnvReader", reader)).keeper()


def _writable(reader: LaravelEnvReader) -> WritableFile:
    return LocalFileWriter(cast("LocalFile", reader.file).path)
