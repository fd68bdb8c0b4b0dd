"""Parameters and a secret in an AWS of the tests as the target of an environment."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kmconfig.secrets.masker import Masker
from kmconfig.secrets.stores import Stores
from kmconfig.targets.access import Access
from kmconfig.targets.goal import Earlier
from kmconfig.targets.registry import keeper_for, reader_for, writer_for
from tests.servers.aws import REGION
from tests.targets.settings import Open, candidate, environment, permit

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import Reader, Writer
    from kmconfig.targets.keeping.interface import Keeper
    from tests.servers.aws import AwsServer

PREFIX = "/keymanager/staging"
SECRET = "keymanager/staging/mail"
OLD = {"MAIL_PASSWORD": "an older password", "OTHER": "x"}
"""What the secret holds before the first run, where a test wants it filled."""


@dataclass
class AwsSite:
    """``block`` is the target; tests change it before they read."""

    root: Path
    aws: AwsServer
    block: dict[str, Any] = field(default_factory=lambda: {"ssm_prefix": PREFIX, "secret_id": SECRET})
    _stores: list[Stores] = field(default_factory=list)

    def environment(self, **changes: Any) -> Environment:
        """An environment whose target lies here."""
        return environment(self.root, target={"aws": self.block}, stores={"aws": {"region": REGION}}, **changes)

    def reader(self, environment_: Environment | None = None) -> Reader:
        """A reader with a login of its own."""
        stores = Stores(root=self.root, environ=os.environ, masker=Masker())
        self._stores.append(stores)
        access = Access(root=self.root, state=self.root / ".kmconfig/state", stores=stores)
        return reader_for(environment_ or self.environment(), access)

    def writer(self, reader: Reader, goal: Goal, *, formerly_ours: frozenset[str] = frozenset()) -> Writer:
        """A writer for what there is now."""
        return writer_for(reader, permit(reader.live()), goal, formerly_ours=formerly_ours)

    def staged(self, **changes: Any) -> tuple[Writer, bytes | None, str]:
        """A writer with everything staged, the snapshot, and the mark."""
        environment_ = self.environment(**changes)
        reader = self.reader(environment_)
        writer = self.writer(reader, candidate(environment_))
        writer.prepare()
        mark = writer.stage()
        return writer, writer.capture(), mark

    def apply(self, **changes: Any) -> tuple[bytes | None, str]:
        """Write an environment's settings; the snapshot and the mark."""
        writer, snapshot, mark = self.staged(**changes)
        writer.write(Open())
        return snapshot, mark

    def keeper(self) -> Keeper:
        """Where lease, journal and snapshots lie."""
        return keeper_for(self.reader())

    def parameters(self) -> dict[str, tuple[str, str]]:
        """Kind and text of each parameter below the prefix."""
        found = self.aws.client("ssm").get_parameters_by_path(Path=PREFIX, WithDecryption=True)
        pages = [found]
        while "NextToken" in found:
            found = self.aws.client("ssm").get_parameters_by_path(
                Path=PREFIX, WithDecryption=True, NextToken=found["NextToken"]
            )
            pages.append(found)
        return {
            one["Name"].removeprefix(f"{PREFIX}/"): (one["Type"], one["Value"])
            for page in pages
            for one in page["Parameters"]
        }

    def secret(self) -> dict[str, Any]:
        """The secret's JSON."""
        found: dict[str, Any] = json.loads(
            self.aws.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
        )
        return found

    def close(self) -> None:
        """End the logins."""
        for stores in self._stores:
            stores.close()


def earlier(snapshot: bytes | None, *keys: str) -> Earlier:
    """What there was before a run."""
    return Earlier(run="20261122T150000Z-a1b2", snapshot=snapshot, keys=frozenset(keys))
