"""Whether a server heeds namespaces. One that does not answers from its root without a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmconfig.secrets.vault.faults import Fault, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from kmconfig.secrets.vault.api import Api

_FIRST_OPENBAO = (2, 3)
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})[0-9A-Za-z.+-]{0,40}")


def check_namespaces(api: Api, namespace: str) -> None:
    """Raise Fault unless the server says to be Vault Enterprise or OpenBao 2.3 or later."""
    health = api.health().body or {}
    version = health.get("version")
    found = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if found is None:
        trouble = Trouble(
            "unreachable",
            f"whether the server heeds the namespace `{namespace}` cannot be told: `sys/health` names no version",
            "let requests for `/v1/sys/health` through, or drop the namespace",
            lasting=True,
        )
        raise Fault(trouble)
    if not _heeds(health, found):
        trouble = Trouble(
            "refused",
            f"the server (version {found[0]}) has no namespaces and would answer from its root, not from `{namespace}`",
            "drop the namespace (`stores.vault.namespace`, VAULT_NAMESPACE), or give the address of another server",
            lasting=True,
        )
        raise Fault(trouble)


def _heeds(health: Mapping[str, Any], version: re.Match[str]) -> bool:
    if "+ent" in version[0] or health.get("enterprise") is True:
        return True
    # Only Vault says whether it is the Enterprise edition.
    return "enterprise" not in health and (int(version[1]), int(version[2])) >= _FIRST_OPENBAO
