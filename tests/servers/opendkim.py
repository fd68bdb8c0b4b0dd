"""OpenDKIM's configuration: one milter that signs what is submitted, one that verifies what comes in."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = "opendkim"

_SIGN = """\
Mode s
Socket local:{root}/sockets/sign
UMask 000
Syslog no
RequireSafeKeys no
Canonicalization relaxed/simple
KeyTable file:{root}/opendkim/keys
SigningTable refile:{root}/opendkim/signing
InternalHosts 127.0.0.0/8
"""

# libunbound asks no server on loopback, and takes `.test` for empty, unless it is told.
_VERIFY = """\
Mode v
Socket local:{root}/sockets/verify
UMask 000
Syslog no
AuthservID {authserv_id}
AlwaysAddARHeader yes
InternalHosts 192.0.2.1
PeerList 192.0.2.1
ResolverConfiguration {root}/opendkim/unbound.conf
"""

_UNBOUND = """\
server:
  do-not-query-localhost: no
  local-zone: "test." nodefault
  module-config: "iterator"
stub-zone:
  name: "test."
  stub-addr: 127.0.0.1@{dns_port}
"""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs mail from ``sender`` (a pattern such as ``*@acme.test``) as ``selector`` of ``domain``."""

    sender: str
    domain: str
    selector: str


def write_opendkim(
    root: Path, *, signers: tuple[Signer, ...], authserv_id: str, dns_port: int
) -> tuple[tuple[Path, Path], dict[str, str]]:
    """Write both configurations and fresh keys; return the paths, and the records that belong into DNS."""
    folder = root / "opendkim"
    folder.mkdir(mode=0o755)
    records: dict[str, str] = {}
    keys: list[str] = []
    signing: list[str] = []
    for number, signer in enumerate(signers):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        path = folder / f"{number}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )
        records[f"{signer.selector}._domainkey.{signer.domain}"] = record_of(key)
        keys.append(f"key{number} {signer.domain}:{signer.selector}:{path}\n")
        signing.append(f"{signer.sender} key{number}\n")
    (folder / "keys").write_text("".join(keys))
    (folder / "signing").write_text("".join(signing))
    (folder / "unbound.conf").write_text(_UNBOUND.format(dns_port=dns_port))
    sign, verify = folder / "sign.conf", folder / "verify.conf"
    sign.write_text(_SIGN.format(root=root))
    verify.write_text(_VERIFY.format(root=root, authserv_id=authserv_id))
    return (sign, verify), records


def record_of(key: rsa.RSAPrivateKey) -> str:
    """The TXT record of a key."""
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
