"""Telling again what was staged, without keeping it.

A digest is salted and costs tens of milliseconds to try (scrypt, RFC 7914): it lies beside the journal, where a plain
hash would let a short password be searched for.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import TYPE_CHECKING, Any

from kmconfig.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_COST = 2**14
_BLOCK = 8
_BYTES = 32


def digest_of(content: Mapping[str, Any]) -> str:
    """A digest of a document, another one each time; secrets in it count with their values."""
    salt = secrets.token_bytes(16)
    return f"scrypt:{salt.hex()}:{_stretched(content, salt)}"


def is_among(content: Mapping[str, Any], digests: Collection[str]) -> bool:
    """Whether one of ``digests`` is of this document; what is none of ours is not."""
    return any(_matches(content, digest) for digest in digests)


def _matches(content: Mapping[str, Any], digest: str) -> bool:
    kind, _, rest = digest.partition(":")
    salt, _, wanted = rest.partition(":")
    try:
        given = bytes.fromhex(salt)
    except ValueError:
        return False
    return kind == "scrypt" and len(given) == 16 and hmac.compare_digest(_stretched(content, given), wanted)


def _stretched(content: Mapping[str, Any], salt: bytes) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=_value).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=_COST, r=_BLOCK, p=1, dklen=_BYTES).hex()


def _value(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError("a document holds JSON and secrets")
