"""DKIM keys as data (RFC 6376, section 3.6.1; RFC 8463), and how long an RSA key is (RFC 8017, appendix A.1.1)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from kmconfig.dns.tags import parse_tags

if TYPE_CHECKING:
    from kmconfig.dns.tags import Tags

_INTEGER, _BITS, _SEQUENCE = 0x02, 0x03, 0x30
_ED25519: Final = 32
_LONGEST: Final = 16_384


class DkimKey(NamedTuple):
    """One key record.

    ``kind`` is as written, ``rsa`` by default. ``bits`` is the length of an RSA key, None where it cannot be read and
    for other kinds. ``revoked`` says that the record holds no key on purpose, ``testing`` that signatures may be
    ignored. ``problem`` says why no signature can be checked with it, empty where one can.
    """

    text: str
    kind: str = "rsa"
    bits: int | None = None
    revoked: bool = False
    testing: bool = False
    problem: str = ""

    @property
    def usable(self) -> bool:
        """Whether signatures can be checked with it."""
        return not self.revoked and not self.problem


def looks_like_key(text: str) -> bool:
    """Whether a TXT record is meant as a DKIM key."""
    return re.search(r"(?:^|;)\s*(?:v\s*=\s*DKIM|[kp]\s*=)", text, re.IGNORECASE) is not None


def parse_key(text: str) -> DkimKey:
    """Read a key record. Any text is read; what is wrong with it is kept."""
    tags = parse_tags(text)
    values = tags.values
    kind = values.get("k", "rsa").lower()
    key = DkimKey(text, kind, testing="y" in _list(values.get("t", "")))
    if values.get("p") == "":
        return key._replace(revoked=True)
    problem = _fault(tags)
    return key._replace(problem=problem) if problem else _with_key(key, values["p"])


def _fault(tags: Tags) -> str:
    """Why verifiers do not take the list of tags; empty where they do. A tag that stands twice spoils all of it."""
    values = tags.values
    if tags.problems:
        return tags.problems[0]
    if "v" in values and (values["v"] != "DKIM1" or tags.first != "v"):
        return "`v=DKIM1` has to stand first"
    if "p" not in values:
        return "it has no `p=`"
    if "h" in values and "sha256" not in _list(values["h"]):
        return "`h=` does not allow `sha256`"
    if "s" in values and not {"*", "email"} & set(_list(values["s"])):
        return "`s=` says that it is not for mail"
    return ""


def _list(text: str) -> list[str]:
    return [word.strip().lower() for word in text.split(":")]


def _with_key(key: DkimKey, text: str) -> DkimKey:
    data = _decoded(text)
    if data is None:
        return key._replace(problem="`p=` is no base64, as if part of it were missing")
    if key.kind == "ed25519":
        return key if len(data) == _ED25519 else key._replace(problem=f"an Ed25519 key has {_ED25519} bytes")
    if key.kind != "rsa":
        return key._replace(problem="`k=` names a kind of key that receivers do not know")
    bits = rsa_bits(data)
    return key._replace(problem="`p=` holds no RSA key") if bits is None else key._replace(bits=bits)


def _decoded(text: str) -> bytes | None:
    packed = re.sub(r"\s", "", text)
    if not packed or len(packed) > _LONGEST:
        return None
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return None


def rsa_bits(data: bytes) -> int | None:
    """The length of the modulus of an RSA key in DER, bare or within a SubjectPublicKeyInfo; None for anything else."""
    outer = _element(data, _SEQUENCE)
    if outer is None:
        return None
    modulus = _element(outer, _INTEGER)
    if modulus is None:
        algorithm = _split(outer)
        wrapped = _element(algorithm[1], _BITS) if algorithm is not None else None
        inner = _element(wrapped[1:], _SEQUENCE) if wrapped else None
        modulus = _element(inner, _INTEGER) if inner is not None else None
    bits = int.from_bytes(modulus, "big").bit_length() if modulus is not None else 0
    return bits or None


def _element(data: bytes, tag: int) -> bytes | None:
    """The content of the first element, where it has the tag."""
    parts = _split(data)
    return parts[0] if parts is not None and data[0] == tag else None


def _split(data: bytes) -> tuple[bytes, bytes] | None:
    """The content of the first element, and what stands behind it."""
    if len(data) < 2:
        return None
    length, start = data[1], 2
    if length & 0x80:
        size = length & 0x7F
        start += size
        if not 0 < size <= 4 or len(data) < start:
            return None
        length = int.from_bytes(data[2:start], "big")
    end = start + length
    return (data[start:end], data[end:]) if len(data) >= end else None
