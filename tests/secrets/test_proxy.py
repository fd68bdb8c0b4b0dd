"""Proxies that cannot be used: named by their variable, with nothing of their address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.secrets.proxy import unusable_among, unusable_in, unusable_proxy
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.sendgrid_scopes import ask_scopes
from tests.secrets.vault.asking import opened, problem

if TYPE_CHECKING:
    from kmconfig.secrets.proxy import Unusable

LOGIN = "hunter2"
UNUSABLE = [
    "http://[31m:9",
    f"http://someone:{LOGIN}@[31m:9",
    f"socks5://someone:{LOGIN}@127.0.0.1:1",
    f"SOCKS5H://{LOGIN}@127.0.0.1:1",
    "http://",
    "://",
    f"{LOGIN}://127.0.0.1",
    f"http://someone:{LOGIN}/2@proxy.acme.example:3128",
    f"http://some@one:{LOGIN}/2@proxy.acme.example:3128",
    f"http://someone:80#{LOGIN}@proxy.acme.example:3128",
    f"someone:{LOGIN}?@proxy.acme.example:3128",
    "http://proxy.acme.example:99999",
    "http://proxy.acme.example:0",
    f"http://{LOGIN}:x",
    f"http://proxy {LOGIN}:1",
    "http://proxy.acme.example\x1b[31m:9",
    "http://proxy.acme.example\n:9",
]
USABLE = [
    "http://proxy.acme.example:3128",
    "proxy.acme.example:3128",
    "HTTPS://someone:pa%2Fss@proxy.acme.example/",
    "http://[::1]:3128",
    "http://proxy_1",
    "http://10.0.0.1:3128",
]


def complaint(proxy: str, name: str = "HTTPS_PROXY") -> Unusable | None:
    found = unusable_proxy(proxy, scheme="https", environ={name: proxy})
    assert LOGIN not in repr(found)
    return found


@pytest.mark.parametrize("proxy", UNUSABLE)
def test_what_cannot_be_used_is_named_without_its_address(proxy: str) -> None:
    found = complaint(proxy)
    assert found is not None
    assert found.fact.startswith("the proxy in `HTTPS_PROXY` cannot be used: ")
    assert found.error().exit_code == 5


@pytest.mark.parametrize("proxy", USABLE)
def test_what_can_be_tried(proxy: str) -> None:
    assert complaint(proxy) is None


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_the_variable_that_decides(name: str) -> None:
    found = complaint("http://", name)
    assert found is not None
    assert f"`{name}`" in found.fact
    assert unusable_in({name: "http://"}) == found
    assert unusable_in({name: USABLE[0]}) is unusable_in({}) is None


def test_only_the_proxy_of_the_address_counts() -> None:
    assert unusable_among({"http": "http://"}, scheme="https", environ={}) is None
    assert unusable_among({"all": "http://"}, scheme="https", environ={}) is not None


@pytest.mark.parametrize("proxy", UNUSABLE)
def test_vault_is_not_asked(proxy: str) -> None:
    with opened("https://vault.acme.example", environ={"VAULT_TOKEN": "s.token", "HTTPS_PROXY": proxy}) as store:
        found = problem(store)
    assert "the proxy in `HTTPS_PROXY` cannot be used" in found.message
    assert "NO_PROXY" in (found.help or "")
    assert LOGIN not in repr(found)


def test_a_proxy_that_is_not_needed_does_not_matter() -> None:
    environ = {"VAULT_TOKEN": "s.token", "HTTPS_PROXY": "http://[31m:9", "NO_PROXY": "acme.invalid"}
    with opened("https://vault.acme.invalid", environ=environ) as store:
        assert "proxy" not in problem(store).message


@pytest.mark.parametrize("proxy", UNUSABLE)
def test_sendgrid_is_not_asked(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    found = ask_scopes(Secret("SG.key", reference="vault:x#y"), "api.sendgrid.com")
    assert "the proxy in `HTTPS_PROXY` cannot be used" in found.unknown
    assert LOGIN not in repr(found)
