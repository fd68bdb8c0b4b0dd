"""A path in Vault's or OpenBao's key-value store (version 2) as a target.

The settings stand there as texts under the names of environment variables that Laravel reads, so that Vault Agent or
the External Secrets Operator hand them to the application as they are. Other keys at the path stay.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from kmconfig.environment.stores import stores_of
from kmconfig.errors import ConfigurationError
from kmconfig.secrets.stores import Place
from kmconfig.targets.keeping.leased import LeasedKeeper
from kmconfig.targets.laravel_version import NEWEST_LARAVEL
from kmconfig.targets.vault.path import VaultPath
from kmconfig.targets.vault.reader import VaultReader
from kmconfig.targets.vault.records import VaultRecords
from kmconfig.targets.vault.writer import VaultWriter
from kmconfig.targets.vault.writing import write_owner

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value
    from kmconfig.targets.access import Access
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import Reader, WritePermit
    from kmconfig.targets.keeping.interface import Keeper

__all__ = ["VaultReader", "open_keeper", "open_reader", "open_writer"]


def open_reader(environment: Environment, block: Value[Any], access: Access) -> VaultReader:
    """The reader of a path. Raises ConfigurationError without a Vault that keeps versions."""
    declared = stores_of(environment)
    store = access.stores.vault(Place(environment.tier, declared))
    if store is None or declared.vault is None:
        raise ConfigurationError(
            "`target.vault` needs `stores.vault`, which says where Vault is and how to log in",
            help="write `stores: {vault: {address: https://vault.acme.example, auth: …}}` in the environment",
        )
    if declared.vault.kv != 2:
        raise ConfigurationError(
            "`target.vault` needs a key-value store of version 2: version 1 keeps no earlier versions to go back to",
            help="use a mount with `kv: 2`; `vault kv enable-versioning` turns an existing one into such a mount",
        )
    laravel = block.data.get("laravel")
    path = VaultPath(store, declared.vault, block.data["path"].data)
    return VaultReader(path, laravel=laravel.data if laravel is not None else NEWEST_LARAVEL)


def open_writer(reader: Reader, permit: WritePermit, goal: Goal, *, formerly_ours: frozenset[str]) -> VaultWriter:
    """The writer of a path."""
    return VaultWriter(cast("VaultReader", reader), permit, goal, formerly_ours=formerly_ours)


def open_keeper(reader: Reader) -> Keeper:
    """Lease, journal and snapshots in paths beside that of the target."""
    path = cast("VaultReader", reader).path
    return LeasedKeeper(VaultRecords(path), note=partial(write_owner, path))
