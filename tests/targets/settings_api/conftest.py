from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.servers.settings_api import SettingsApi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


@pytest.fixture
def api() -> Iterator[SettingsApi]:
    with SettingsApi() as running:
        yield running


@pytest.fixture(scope="session")
def signing() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
