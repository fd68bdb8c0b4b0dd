from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.targets.laravel import PhpLaravel, missing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def php_laravel_reason() -> str | None:
    return missing()


@pytest.fixture
def php_laravel(php_laravel_reason: str | None, tmp_path: Path) -> PhpLaravel:
    """PHP with Laravel's dotenv; skips where it is absent, fails where `KMCONFIG_REQUIRE_SERVERS=1`."""
    if php_laravel_reason is not None:
        stop = pytest.fail if os.environ.get("KMCONFIG_REQUIRE_SERVERS") == "1" else pytest.skip
        stop(php_laravel_reason)
    return PhpLaravel(tmp_path)
