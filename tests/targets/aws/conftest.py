from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.secrets.aws.conftest import _models_loaded_once, waits
from tests.servers.aws import aws, aws_server
from tests.targets.aws.site import AwsSite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.aws import AwsServer

__all__ = ["_models_loaded_once", "aws", "aws_server", "waits"]


@pytest.fixture
def site(aws: AwsServer, tmp_path: Path) -> Iterator[AwsSite]:
    """A target of parameters and a secret."""
    found = AwsSite(tmp_path, aws)
    yield found
    found.close()
