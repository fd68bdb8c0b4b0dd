"""A site whose `.env` is reached by SSH."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.deploy.site import Site
    from tests.servers.sshd import Sshd


def configure(site: Site, sshd: Sshd, *, port: int | None = None, **changes: Any) -> None:
    """Write the environment `staging` again; ``changes`` as for ``Site.configure``."""
    commands = {word: changes.pop(word) for word in ("reload", "verify") if word in changes}
    laravel = {
        "path": str(site.env),
        "laravel": 10,
        "ssh": sshd.ssh if port is None else f"127.0.0.1:{port}",
        "ssh_known_hosts": str(sshd.known_hosts),
    }
    site.configure(target={"laravel_env": laravel | commands}, **changes)
