"""The settings interface of an installation as a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kmconfig.targets.settings_api.endpoint import endpoint_of
from kmconfig.targets.settings_api.keeper import StateKeeper
from kmconfig.targets.settings_api.reader import SettingsApiReader
from kmconfig.targets.settings_api.writer import SettingsApiWriter

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value
    from kmconfig.targets.access import Access
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import Reader, WritePermit
    from kmconfig.targets.keeping.interface import Keeper

__all__ = ["SettingsApiReader", "SettingsApiWriter", "open_keeper", "open_reader", "open_writer"]


def open_reader(environment: Environment, block: Value[Any], access: Access) -> SettingsApiReader:
    """The reader of an interface; nothing is asked yet."""
    return SettingsApiReader(endpoint_of(environment, block, access), environment=environment.name, state=access.state)


def open_writer(reader: Reader, permit: WritePermit, goal: Goal, *, formerly_ours: frozenset[str]) -> SettingsApiWriter:
    """The writer of an interface."""
    return SettingsApiWriter(cast("SettingsApiReader", reader), permit, goal, formerly_ours=formerly_ours)


def open_keeper(reader: Reader) -> Keeper:
    """In the project's state folder, since the interface keeps nothing for us."""
    api = cast("SettingsApiReader", reader)
    return StateKeeper(api.state, host=api.endpoint.host, identity=api.identity)
