"""Fixtures of the tests of Amazon SES: its server, and waiting that only counts."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from kmconfig.mail import ses_api
from tests.servers.aws import aws, aws_server
from tests.servers.ses import ses

__all__ = ["aws", "aws_server", "ses"]


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long would have been waited before asking again."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    waited: list[float] = []
    clock = SimpleNamespace(sleep=waited.append, monotonic=time.monotonic)
    monkeypatch.setattr(ses_api, "time", clock)
    return waited
