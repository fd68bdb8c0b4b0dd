"""A Vault with the password of the tests, as full and as restricted as a login may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.deploy.site import PASSWORD
from tests.servers.vault.clock import FakeClock
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    import pytest

    from tests.deploy.site import Site

PATH = "keymanager/staging/smtp"
REFERENCE = f"{PATH}#password"
KEY = "a key of more than sixteen bytes"
DAY = 24 * 60 * 60
POLICIES = {
    "full": {"secret/data/*": ["read"], "secret/metadata/*": ["read"]},
    "values": {"secret/data/*": ["read"]},
    "metadata": {"secret/metadata/*": ["read"]},
    "nothing": {"secret/elsewhere": ["read"]},
}


class AgedVault(VaultServer):
    """Its time stands still, twenty days and an hour ago, until a test moves it. Nobody pauses before asking again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(clock=FakeClock(datetime.now(UTC) - timedelta(days=20, hours=1)))
        self._monkeypatch = monkeypatch
        monkeypatch.setattr("kmconfig.secrets.vault.patience._FIRST_PAUSE", 0.0)
        for name, rules in POLICIES.items():
            self.policy(name, rules)
        self.write()
        self.log_in("full")

    def write(self, password: str = PASSWORD, **more: str) -> int:
        """Make a new version of the secret."""
        return self.put(PATH, {"password": password, **more})

    def log_in(self, policy: str) -> None:
        """Give this process a token that may do what a policy says."""
        self._monkeypatch.setenv("VAULT_TOKEN", self.token(policies=[policy], ttl=10**8))

    def configure(self, site: Site, **more: Any) -> None:
        """Let the password of a site come from here."""
        stores = {"vault": {"address": self.address}, **more.pop("stores", {})}
        site.configure(password={"vault": REFERENCE}, stores=stores, **more)
