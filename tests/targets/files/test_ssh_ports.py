"""The ports that an address may name: the schema, which lint and editors use, says what the address itself does."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from kmconfig.environment.schemas import load_schema
from kmconfig.errors import ConfigurationError
from kmconfig.targets.files.ssh_address import SshAddress

PORTS = [0, 1, 9, 10, 99, 100, 999, 1000, 9999, 10000, 59999, 60000, 64999, 65000, 65499, 65500, 65529, 65530, 65535]


def is_address(text: str) -> bool:
    with suppress(ConfigurationError):
        SshAddress.parse(text)
        return True
    return False


def lints(text: str) -> bool:
    """Whether the schema takes it."""
    target = load_schema("environment")["properties"]["target"]
    return re.search(target["properties"]["laravel_env"]["properties"]["ssh"]["pattern"], text) is not None


@pytest.mark.parametrize("port", [*PORTS, 65536, 65540, 65600, 66000, 70000, 99999, 100000])
def test_from_1_to_65535(port: int) -> None:
    text = f"deploy@web1.acme.example:{port}"
    assert lints(text) == is_address(text) == (0 < port < 65536)


@pytest.mark.parametrize("text", ["web1:", "web1:022", "web1:+22", "[2001:db8::1]:0"])
def test_what_is_no_port(text: str) -> None:
    assert not lints(text)
    assert not is_address(text)
