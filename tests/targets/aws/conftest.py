from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.secrets.aws.conftest import waits
from tests.servers.aws import aws, aws_server
from tests.targets.aws.site import OLD, PREFIX, SECRET, AwsSite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.aws import AwsServer

__all__ = ["aws", "aws_server", "waits"]


@pytest.fixture
def site(aws: AwsServer, tmp_path: Path) -> Iterator[AwsSite]:
    """A target of parameters and a secret."""
    found = AwsSite(tmp_path, aws)
    yield found
    found.close()


@pytest.fixture
def filled(aws: AwsServer, site: AwsSite) -> AwsSite:
    """A target that holds something already."""
    aws.put_secret(SECRET, json.dumps(OLD))
    aws.put_parameter(f"{PREFIX}/MAIL_HOST", "old.example", kind="String")
    aws.put_parameter(f"{PREFIX}/MAIL_PORT", "25", kind="String")
    return site
