"""Readers and writers of a test's server."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kmconfig.secrets.fingerprint import FingerprintKey
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.stores import Stores
from kmconfig.secrets.vault.patience import Clock
from kmconfig.targets import settings_api
from kmconfig.targets.access import Access
from kmconfig.targets.interface import WritePermit
from kmconfig.targets.keeping.folder import FileFence
from tests.servers.settings_api import KEY
from tests.targets.candidates import SMTP, candidate

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.targets.goal import Candidate, Goal
    from kmconfig.targets.settings_api import SettingsApiReader, SettingsApiWriter
    from tests.servers.settings_api import SettingsApi

VARIABLE = "KM_API_KEY"
FINGERPRINTS = FingerprintKey(Secret("a key of more than sixteen bytes", reference="env:KEY"))


class Fence(FileFence):
    """A lock that cannot be lost; counts how often it was looked at."""

    def __init__(self) -> None:
        self.checked = 0

    def check(self) -> None:
        self.checked += 1


@dataclass
class Waits:
    """A clock that does not wait."""

    slept: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(sleep=self.slept.append, chance=lambda: 0.0)


def wanted(root: Path, api: SettingsApi, driver: str = SMTP, **block: Any) -> Candidate:
    """The environment `staging` whose target is the server."""
    secret = block.pop("secret", None)
    told = {"url": api.url, "api_key": {"env": VARIABLE}, "timeout": "2s", **block}
    more = {} if secret is None else {"secret": secret}
    made = candidate(root, driver, target=json.dumps({"settings_api": told}), **more)
    return replace(made, key=FINGERPRINTS)


def reader_of(
    goal: Candidate, root: Path, *, key: str = KEY, hosts: tuple[str, ...] | None = None, waits: Waits | None = None
) -> SettingsApiReader:
    """The reader of a candidate's target."""
    stores = Stores(root=root, environ={**os.environ, VARIABLE: key}, masker=Masker())
    access = Access(root=root, state=root / ".kmconfig/state", stores=stores, allowed_hosts=hosts)
    block = goal.environment.get("target", "settings_api")
    assert block is not None
    reader = settings_api.open_reader(goal.environment, block, access)
    return settings_api.SettingsApiReader(
        reader.endpoint, environment="staging", state=access.state, clock=(waits or Waits()).clock()
    )


def writer_of(
    reader: SettingsApiReader, goal: Goal, *, formerly_ours: frozenset[str] = frozenset()
) -> SettingsApiWriter:
    """A writer for what the reader says now."""
    permit = WritePermit("digest", reader.live().base)
    return settings_api.open_writer(reader, permit, goal, formerly_ours=formerly_ours)


def apply(reader: SettingsApiReader, goal: Goal, *, formerly_ours: frozenset[str] = frozenset()) -> None:
    """Write a goal, and see that nothing is left to do."""
    writer = writer_of(reader, goal, formerly_ours=formerly_ours)
    writer.stage()
    writer.write(Fence())
    assert reader.compare(goal, formerly_ours=formerly_ours).operations == ()
