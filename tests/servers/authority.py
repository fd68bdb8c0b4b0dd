"""A private certificate authority, and the certificate that the test servers show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path

#: The names that the servers' certificate holds. ``127.0.0.1`` is left out on purpose, so that the same
#: servers also show what a client does about a name mismatch.
NAMES = ("localhost", "mail.acme.test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """PEM files: the authority to trust, and the servers' chain and key."""

    ca: Path
    chain: Path
    key: Path


def issue(folder: Path) -> Certificates:
    """Write a new authority and a server certificate into *folder*."""
    authority = trustme.CA()
    server = authority.issue_cert(*NAMES)
    files = Certificates(ca=folder / "ca.pem", chain=folder / "chain.pem", key=folder / "key.pem")
    authority.cert_pem.write_to_path(str(files.ca))
    for blob in server.cert_chain_pems:
        blob.write_to_path(str(files.chain), append=True)
    server.private_key_pem.write_to_path(str(files.key))
    files.key.chmod(0o600)
    return files
