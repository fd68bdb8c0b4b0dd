"""From an environment's `target` to its reader, and from a permit to its writer."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from kmconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value
    from kmconfig.targets.access import Access
    from kmconfig.targets.files.interface import Elsewhere
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import Reader, WritePermit, Writer
    from kmconfig.targets.keeping.interface import Keeper
    from kmconfig.targets.laravel_env import LaravelEnvReader

#: Our kinds of targets to the modules that open them; imported when chosen, since some need large libraries.
_KINDS = {
    "laravel_env": "kmconfig.targets.laravel_env",
    "file": "kmconfig.targets.json_file",
    "settings_api": "kmconfig.targets.settings_api",
    "kubernetes": "kmconfig.targets.kubernetes",
    "aws": "kmconfig.targets.aws",
    "vault": "kmconfig.targets.vault",
}


class _Kind(Protocol):
    """What such a module offers."""

    def open_reader(self, environment: Environment, block: Value[Any], access: Access) -> Reader:
        """The reader of a target; ``block`` is what the environment says of it."""
        ...

    def open_writer(self, reader: Reader, permit: WritePermit, goal: Goal, *, formerly_ours: frozenset[str]) -> Writer:
        """The writer of a target that makes it say what ``goal`` says."""
        ...

    def open_keeper(self, reader: Reader) -> Keeper:
        """Where lock, journal and snapshots of a target lie."""
        ...


def reader_for(environment: Environment, access: Access) -> Reader:
    """The reader of an environment's target.

    Raises:
        ConfigurationError: the environment has no target.
        CouldNotCheck: what the target is opened with cannot be read.
    """
    target = environment.get("target")
    if target is None or not isinstance(target.data, dict) or not target.data:
        raise ConfigurationError(
            f"environment `{environment.name}` has no `target`",
            help=f"say in {environment.file.path} where the settings go: `target: {{laravel_env: {{path: …/.env}}}}`",
        )
    kind, block = next(iter(target.data.items()))
    reader = _kind(kind).open_reader(environment, block, access)
    if kind in _KINDS:
        return reader
    from kmconfig.targets.package_target import require_reader  # noqa: PLC0415 - few targets come from packages

    return require_reader(kind, reader)


def writer_for(reader: Reader, permit: WritePermit, goal: Goal, *, formerly_ours: frozenset[str]) -> Writer:
    """The writer of a target, for whoever holds a permit."""
    return _kind(reader.kind).open_writer(reader, permit, goal, formerly_ours=formerly_ours)


def keeper_for(reader: Reader) -> Keeper:
    """Where lock, journal and snapshots of a target lie."""
    return _kind(reader.kind).open_keeper(reader)


def commands_of(environment: Environment, name: str) -> tuple[tuple[str, ...], ...]:
    """The argument lists of a target's ``reload`` or ``verify``."""
    target = environment.get("target", "laravel_env", name)
    if target is None or not isinstance(target.data, list):
        return ()
    return tuple(tuple(word.data for word in command.data) for command in target.data)


def elsewhere(reader: Reader) -> Elsewhere | None:
    """Where the commands of a target run when that is another machine."""
    return cast("LaravelEnvReader", reader).elsewhere if reader.kind == "laravel_env" else None


def beside(reader: Reader, name: str) -> bool | None:
    """Whether a file beside the target belongs to this user there, None where there is none. Raises CouldNotCheck."""
    return cast("LaravelEnvReader", reader).file.owns(name) if reader.kind == "laravel_env" else None


def _kind(name: str) -> _Kind:
    if name in _KINDS:
        return cast("_Kind", import_module(_KINDS[name]))
    from kmconfig.targets.package_target import module_of  # noqa: PLC0415 - few targets come from packages

    return cast("_Kind", module_of(name))
