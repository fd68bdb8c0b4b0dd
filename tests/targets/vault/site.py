"""A path in a Vault of the tests as the target of an environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kmconfig.secrets.masker import Masker
from kmconfig.secrets.stores import Stores
from kmconfig.targets.access import Access
from kmconfig.targets.goal import Earlier
from kmconfig.targets.registry import keeper_for, reader_for, writer_for
from tests.targets.settings import Open, candidate, environment, permit

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import Reader, Writer
    from kmconfig.targets.keeping.interface import Keeper

PATH = "keymanager/staging/mail"


@dataclass
class VaultSite:
    """``token`` is what the environment logs in with."""

    root: Path
    address: str
    token: str
    mount: str = "secret"
    laravel: int | None = None
    vault: dict[str, Any] = field(default_factory=dict)
    _stores: list[Stores] = field(default_factory=list)

    def environment(self, name: str = "staging", **changes: Any) -> Environment:
        """An environment whose target lies here."""
        block: dict[str, Any] = {"path": PATH}
        if self.laravel is not None:
            block["laravel"] = self.laravel
        stores = {"vault": {"address": self.address, "mount": self.mount, **self.vault}}
        return environment(self.root, target={"vault": block}, stores=stores, name=name, **changes)

    def reader(self, environment_: Environment | None = None) -> Reader:
        """A reader with a login of its own."""
        stores = Stores(root=self.root, environ={"VAULT_TOKEN": self.token}, masker=Masker())
        self._stores.append(stores)
        access = Access(root=self.root, state=self.root / ".kmconfig/state", stores=stores)
        return reader_for(environment_ or self.environment(), access)

    def writer(self, reader: Reader, goal: Goal, *, formerly_ours: frozenset[str] = frozenset()) -> Writer:
        """A writer for what there is now."""
        return writer_for(reader, permit(reader.live()), goal, formerly_ours=formerly_ours)

    def keeper(self, reader: Reader | None = None) -> Keeper:
        """Where lease, journal and snapshots lie."""
        return keeper_for(reader or self.reader())

    def apply(self, **changes: Any) -> tuple[bytes | None, str]:
        """Write an environment's settings; the snapshot and the digest."""
        environment_ = self.environment(**changes)
        reader = self.reader(environment_)
        writer = self.writer(reader, candidate(environment_))
        snapshot, staged = writer.capture(), writer.stage()
        writer.write(Open())
        return snapshot, staged

    def close(self) -> None:
        """End the logins."""
        for stores in self._stores:
            stores.close()


def earlier(snapshot: bytes | None, *keys: str) -> Earlier:
    """What there was before a run."""
    return Earlier(run="20261122T150000Z-a1b2", snapshot=snapshot, keys=frozenset(keys))
