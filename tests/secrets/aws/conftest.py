from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING

import botocore.endpoint
import pytest

from kmconfig.environment.stores import AwsSettings
from kmconfig.secrets.aws.store import AwsStore
from tests.servers.aws import REGION, aws, aws_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kmconfig.secrets.aws.patience import Patience

__all__ = ["aws", "aws_server"]


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long botocore would have waited before each retry; it does not."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    waited: list[float] = []
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=waited.append))
    return waited


@pytest.fixture
def open_store() -> Iterator[Callable[..., AwsStore]]:
    """Opens stores as the environment is then, and closes them."""
    opened: list[AwsStore] = []

    def open_it(settings: AwsSettings | None = None, *, patience: Patience | None = None) -> AwsStore:
        store = AwsStore(settings or AwsSettings(region=REGION), environ=os.environ, patience=patience)
        opened.append(store)
        return store

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(aws: object, open_store: Callable[..., AwsStore]) -> AwsStore:
    return open_store()


@pytest.fixture
def without_credentials(aws: object, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
