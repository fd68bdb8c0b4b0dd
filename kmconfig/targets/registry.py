"""From an environment's `target` to its reader, and from a permit to its writer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from kmconfig.errors import ConfigurationError, UsageError
from kmconfig.targets import json_file, laravel_env
from kmconfig.targets.file_writer import FileWriter
from kmconfig.targets.json_file import JsonFileReader
from kmconfig.targets.laravel_env import LaravelEnvReader

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value
    from kmconfig.targets.interface import Candidate, WritePermit

AnyReader = LaravelEnvReader | JsonFileReader

_NOT_YET = ("settings_api", "kubernetes", "aws", "vault")


def reader_for(environment: Environment, root: Path) -> AnyReader:
    """The reader of an environment's target; paths are relative to ``root``.

    Raises:
        ConfigurationError: the environment has no target.
        UsageError: its kind is not available yet.
    """
    target = environment.get("target")
    if target is None or not isinstance(target.data, dict) or not target.data:
        raise ConfigurationError(
            f"environment `{environment.name}` has no `target`",
            help=f"say in {environment.file.path} where the settings go: `target: {{laravel_env: {{path: …/.env}}}}`",
        )
    kind, block = next(iter(target.data.items()))
    if kind in _NOT_YET:
        raise UsageError(
            f"{target.span}: target `{kind}` is not available yet in this version", help="use laravel_env or file"
        )
    shown = _text(block, "path")
    path = root / shown
    if kind == "file":
        return JsonFileReader(path=path, shown=shown)
    laravel = block.data.get("laravel")
    return LaravelEnvReader(path=path, shown=shown, laravel=laravel.data if laravel is not None else "auto")


def writer_for(
    reader: AnyReader, permit: WritePermit, candidate: Candidate, *, formerly_ours: frozenset[str]
) -> FileWriter:
    """The writer of a target, for whoever holds a permit."""
    if isinstance(reader, LaravelEnvReader):
        content = partial(laravel_env.compose, reader, candidate, formerly_ours)
    else:
        content = partial(json_file.compose, candidate)
    return FileWriter(path=reader.path, shown=reader.shown, permit=permit, mode=0o600, compose=content)


def commands_of(environment: Environment, name: str) -> tuple[tuple[str, ...], ...]:
    """The argument lists of a target's ``reload`` or ``verify``."""
    target = environment.get("target", "laravel_env", name)
    if target is None or not isinstance(target.data, list):
        return ()
    return tuple(tuple(word.data for word in command.data) for command in target.data)


def _text(block: Value[Any], key: str) -> str:
    value: str = block.data[key].data
    return value
