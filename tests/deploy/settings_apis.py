"""Sites whose settings go to a settings interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.deploy.site import PASSWORD, SENDER, site_in
from tests.servers.settings_api import KEY, SettingsApi

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.deploy.site import Site
    from tests.mail.servers import Server
    from tests.servers.settings_api import Offers

API_KEY, FINGERPRINT_KEY = "KM_API_KEY", "KM_FINGERPRINT_KEY"


def set_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys that such a site needs."""
    monkeypatch.setenv(API_KEY, KEY)
    monkeypatch.setenv(FINGERPRINT_KEY, "a key of more than sixteen bytes")


def aim(site: Site, api: SettingsApi, **block: Any) -> None:
    """Let the settings of a site go to an interface."""
    told = {"url": api.url, "api_key": {"env": API_KEY}, "timeout": "2s", **block}
    site.configure(target={"settings_api": told}, stores={"fingerprint_key": {"env": FINGERPRINT_KEY}})


def fresh(folder: Path, server: Server, offers: Offers) -> tuple[Site, SettingsApi]:
    """A site and an interface of its own, which is not running yet."""
    site, api = site_in(folder, server), SettingsApi(offers=offers)
    aim(site, api)
    return site, api


def applied(site: Site) -> dict[str, Any]:
    """What the interface holds when the settings of a site are there."""
    return {
        "driver": "smtp",
        "smtp_host": "localhost",
        "smtp_port": site.server.port,
        "smtp_username": "apikey",
        "smtp_password": PASSWORD,
        "encryption": "tls",
        "sender_name": "Acme License Portal",
        "sender_email": SENDER,
    }
