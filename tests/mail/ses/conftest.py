"""Fixtures of the tests of Amazon SES: its server, and waiting that only counts."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import botocore.loaders
import botocore.session
import pytest

from kmconfig.mail import ses_api
from tests.servers.aws import aws, aws_server
from tests.servers.ses import ses

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["aws", "aws_server", "ses"]


@pytest.fixture(scope="session", autouse=True)
def _models_loaded_once() -> Iterator[None]:
    """AWS's service models take a fifth of a second to read; every client of a test run has the same."""
    loader = botocore.loaders.create_loader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", lambda _path=None: loader)
        yield


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long would have been waited before asking again."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    waited: list[float] = []
    clock = SimpleNamespace(sleep=waited.append, monotonic=time.monotonic)
    monkeypatch.setattr(ses_api, "time", clock)
    return waited
