"""A site whose settings go to a path in Vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.deploy.site import PASSWORD, SENDER
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from tests.deploy.site import Site

PATH = "keymanager/staging/mail"
OLD = {"MAIL_HOST": "localhost", "MAIL_PASSWORD": "an older password", "APP_KEY": "base64:3q2+7w=="}


def aim(site: Site, vault: VaultServer, *, name: str = "staging", **changes: Any) -> None:
    """Let an environment of the site be applied to the path."""
    stores = {"vault": {"address": vault.address}}
    site.configure(name, target={"vault": {"path": PATH, "laravel": 10}}, stores=stores, **changes)


def filled() -> VaultServer:
    """A Vault with what an installer left at the path."""
    vault = VaultServer()
    fill(vault)
    return vault


def fill(vault: VaultServer) -> None:
    """Let the mount hold that and nothing else."""
    vault.mount("secret")
    vault.put(PATH, OLD)


def held(vault: VaultServer) -> dict[str, Any]:
    """What the newest version at the path holds."""
    entry = entry_of(vault)
    found: dict[str, Any] = entry.versions[entry.current].data or {}
    return found


def entry_of(vault: VaultServer, path: str = PATH) -> Any:
    """All that Vault keeps of a path."""
    return vault.kv2("secret").entries[path]


def applied(site: Site) -> dict[str, Any]:
    """What the path holds once the settings of the site are in place."""
    return {
        "APP_KEY": OLD["APP_KEY"],
        "MAIL_ENCRYPTION": "tls",
        "MAIL_FROM_ADDRESS": SENDER,
        "MAIL_FROM_NAME": "Acme License Portal",
        "MAIL_HOST": "localhost",
        "MAIL_MAILER": "smtp",
        "MAIL_PASSWORD": PASSWORD,
        "MAIL_PORT": str(site.server.port),
        "MAIL_USERNAME": "apikey",
    }
